"""/docs in a real browser: Swagger UI, from this server alone, tries what it shows."""

from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from tests.pages.test_browser import Person, _there

pytestmark = pytest.mark.slow
CUSTOMER = """<customer><first>Zoë</first><last>Å</last><email>{}</email></customer>"""


@pytest.fixture
def docs(browser, closed):
    """Somebody at the browser: nothing is asked of another server, nothing is refused."""
    yield from _there(browser, *closed)


def begin(docs: Person, operation: str) -> Any:
    """The operation, unfolded, to be tried out."""
    docs.open("/docs")
    found = docs.until(lambda: docs.find(f"#operations-customers-{operation}"))
    found.find_element(By.CSS_SELECTOR, ".opblock-summary-control").click()
    docs.until(lambda: found.find_element(By.CSS_SELECTOR, ".try-out__btn")).click()
    return found


def execute(docs: Person, found: Any) -> tuple[str, str]:
    """The status of the answer, and its content."""
    found.find_element(By.CSS_SELECTOR, "button.execute").click()
    table = docs.until(lambda: found.find_element(By.CSS_SELECTOR, ".live-responses-table"))
    status = table.find_element(By.CSS_SELECTOR, "tbody .response-col_status").text
    content = docs.until(lambda: table.find_element(By.CSS_SELECTOR, "pre")).text
    return status, content


@pytest.mark.parametrize(
    ("media_type", "expected"),
    [
        ("application/json", '"first": "Terence"'),
        ("application/xml", "<first>Terence</first>"),
    ],
)
def test_a_read_is_tried(docs, media_type, expected):
    found = begin(docs, "show_customer")
    found.find_element(By.CSS_SELECTOR, "tr[data-param-name=id] input").send_keys("1")
    offered = found.find_element(By.CSS_SELECTOR, "tr.response[data-code='200'] select")
    Select(offered).select_by_visible_text(media_type)
    status, content = execute(docs, found)
    assert status == "200"
    assert expected in content


def authorize(docs: Person) -> None:
    docs.find("button.authorize").click()
    form = docs.until(lambda: docs.find(".modal-ux"))
    form.find_element(By.CSS_SELECTOR, "input[type=text]").send_keys(docs.token)
    form.find_element(By.CSS_SELECTOR, "button[type=submit]").click()
    form.find_element(By.CSS_SELECTOR, ".btn-done").click()


def test_a_write_is_tried_in_xml(docs):
    found = begin(docs, "create_customer")
    authorize(docs)
    kinds = found.find_element(By.CSS_SELECTOR, ".opblock-section-request-body select")
    Select(kinds).select_by_visible_text("application/xml")
    text = found.find_element(By.CSS_SELECTOR, "textarea")
    docs.until(lambda: "<customer>" in text.text or text.get_attribute("value"))
    text.clear()
    text.send_keys(CUSTOMER.format("zoe@docs.example"))
    status, content = execute(docs, found)
    assert status == "201", content
    assert "zoe@docs.example" in content
