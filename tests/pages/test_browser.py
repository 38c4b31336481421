"""Pages in a real browser: what a person does, with scripts and without."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from selenium.common.exceptions import (
    NoSuchElementException,
    StaleElementReferenceException,
    WebDriverException,
)
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from tests.conftest import Server
from tests.databases import sample_database
from tests.people import add_people
from tests.work.test_engines import Site

pytestmark = pytest.mark.slow
GONE = (NoSuchElementException, StaleElementReferenceException, WebDriverException)


class Person:
    """Somebody at the browser, on one server."""

    def __init__(self, browser: Any, server: Any, token: str = "") -> None:
        self.browser, self.server, self.token = browser, server, token

    def open(self, path: str) -> None:
        self.browser.get(self.server.url + path)

    def find(self, selector: str) -> Any:
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[Any]:
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def follow(self, words: str, within: str = "body") -> None:
        """Clicks a link, and waits for where it leads."""
        before = self.browser.current_url
        self.find(within).find_element(By.LINK_TEXT, words).click()
        self.until(lambda: self.browser.current_url != before)

    def until(self, holds: Callable[[], Any]) -> Any:
        wait = WebDriverWait(self.browser, 15, 0.05, ignored_exceptions=GONE)
        return wait.until(lambda browser: holds())

    @property
    def path(self) -> str:
        return self.browser.current_url.removeprefix(self.server.url)

    @property
    def active(self) -> Any:
        return self.browser.switch_to.active_element

    @property
    def title(self) -> str:
        return self.find("h1").text

    def fill(self, id: str, text: str) -> None:
        control = self.find(f"#{id}")
        if control.tag_name == "select":
            Select(control).select_by_visible_text(text)
            return
        control.clear()
        control.send_keys(text)

    def unfold(self, id: str) -> None:
        self.browser.execute_script(
            "document.getElementById(arguments[0]).closest('details').open = true", id
        )

    def send(self, id: str, method: str) -> None:
        self.find(f"#{id} button[value={method}]").click()

    def give(self, token: str) -> None:
        self.until(lambda: self.find("#token[open]"))
        self.find("#token-text").send_keys(token)
        self.find("#token button[value=use]").click()


@pytest.fixture
def person(browser, closed) -> Iterator[Person]:
    yield from _there(browser, *closed)


@pytest.fixture
def stranger(browser, shut) -> Iterator[Person]:
    """Somebody where reading needs a token."""
    yield from _there(browser, *shut)


def _there(browser: Any, server: Any, token: str) -> Iterator[Person]:
    """Nothing is asked of anybody but the server, nothing is refused, nothing is left behind."""
    person = Person(browser, server, token)
    browser.get(f"{server.url}/assets/none?format=json")  # for what is kept of the server
    browser.execute_script("sessionStorage.clear()")
    browser.get_log("performance"), browser.get_log("browser")  # each is told once
    yield person
    assert {*requests(browser)} == {urlsplit(server.url).netloc}
    assert complaints(browser) == []
    assert browser.get_cookies() == []


def requests(browser: Any) -> Iterator[str]:
    """The hosts that something was asked of."""
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            url = urlsplit(message["params"]["request"]["url"])
            if url.scheme not in ("data", "blob", "chrome", "about"):
                yield url.netloc


def complaints(browser: Any) -> list[str]:
    """What the browser refused to do by the policy, and errors of scripts; a status is none."""
    entries = browser.get_log("browser")
    told = [entry["message"] for entry in entries if entry["level"] != "DEBUG"]  # hints, at that
    return [message for message in told if "Failed to load resource" not in message]


def test_from_the_entrance_to_an_item_of_an_invoice(person):
    person.open("/")
    person.follow("Customers", ".linked")
    assert person.path == "/customers"
    person.follow("1", "tbody")
    assert person.title == "Customer 1"
    person.follow("Invoices", ".linked")
    person.find("tbody tr a").click()
    person.until(lambda: person.title.startswith("Invoice "))
    person.follow("Items", ".linked")
    person.find("tbody tr a").click()
    person.until(lambda: person.title.startswith("Item "))
    invoice = person.find("dd[data-member=invoice_id] a")
    expected = invoice.get_attribute("href").removeprefix(person.server.url)
    invoice.click()
    person.until(lambda: person.path == expected)
    person.follow("invoices", ".crumbs")
    assert person.title == "Invoices"


def test_tabs_by_mouse_and_keyboard(person):
    person.open("/customers/1")
    assert [each.is_displayed() for each in person.all("main > section")] == [True, False, False]
    person.find(".tabs").find_element(By.LINK_TEXT, "XML").click()
    assert [each.is_displayed() for each in person.all("main > section")] == [False, False, True]
    assert person.find("#xml pre").text.startswith(
        '<?xml version="1.0" encoding="UTF-8" ?><customer'
    )
    assert "application/xml; charset=utf-8" in person.find("#xml .fields").text
    person.find(".tabs a[href='#json']").send_keys(Keys.ENTER)
    assert [each.is_displayed() for each in person.all("main > section")] == [False, True, False]
    assert json.loads(person.find("#json pre").text)["id"] == 1
    current = [each.get_attribute("aria-current") for each in person.all(".tabs a")]
    assert current == ["false", "true", "false"]
    person.find(".skip").send_keys(Keys.ENTER)
    assert person.active.get_attribute("id") == "main"
    assert person.find("#json pre").is_displayed()


def last_names(person: Person) -> list[str]:
    return [cell.text for cell in person.all("tbody td:nth-child(3)")]


def test_filter_sort_and_page(person):
    person.open("/customers?per_page=5")
    person.follow("Last", "thead")
    ascending = last_names(person)
    assert ascending == sorted(ascending)
    assert person.find("th[aria-sort]").get_attribute("aria-sort") == "ascending"
    person.follow("Next", ".pager")
    assert last_names(person) == sorted(last_names(person))
    assert last_names(person)[0] >= ascending[-1]
    person.follow("Last", "thead")
    assert last_names(person) == sorted(last_names(person), reverse=True)
    person.find(".search summary").click()
    person.fill("filter-id-1", "7")
    person.fill("filter-email-1", "customer7@*")
    person.find("#filter-email-1").send_keys(Keys.ENTER)
    person.until(lambda: "email" in person.path)
    assert [cell.text for cell in person.all("tbody td:first-child")] == ["7"]
    assert len(person.all(".filters a")) == 2
    person.find(".filters a").click()
    person.until(lambda: len(person.all(".filters a")) == 1)


def test_filters_are_sent_together(person):
    person.open("/invoices?currency[like]=E*&currency[like]=*R")
    person.find(".search summary").click()
    person.fill("filter-status-1", "paid")
    person.fill("filter-total-1", "100")
    person.find("#filter-total-1").send_keys(Keys.ENTER)
    person.until(lambda: "total" in person.path)
    asked = parse_qsl(urlsplit(person.path).query)
    assert sorted(asked) == [
        *(("currency[like]", "*R"), ("currency[like]", "E*")),
        *(("status", "paid"), ("total[ge]", "100")),
    ]
    person.find(".search summary").click()
    person.fill("filter-status-1", "")
    person.find("#filter-total-1").send_keys(Keys.ENTER)
    person.until(lambda: "status" not in person.path)
    assert "total" in person.path


@pytest.mark.parametrize("format", ["JSON", "XML"])
def test_a_customer_from_add_to_delete(person, format):
    person.open("/customers")
    person.unfold("form-post")
    for member, text in (("first", "Zoë"), ("email", "no address"), ("phone", "<b>&1")):
        person.fill(f"form-post-{member}", text)
    Select(person.find("#form-post .as")).select_by_visible_text(format)
    person.send("form-post", "POST")
    person.give(person.token)
    person.until(lambda: person.find("#form-post-email-error").is_displayed())
    assert "match" in person.find("#form-post-email-error").text
    assert person.find("#form-post-last-error").text == "is required"
    assert not person.find("#form-post-first-error").is_displayed()
    assert person.find("#form-post-email").get_attribute("aria-invalid") == "true"
    assert person.active.get_attribute("id") == "form-post-last"
    person.fill("form-post-last", "Ångström")
    person.fill("form-post-email", f"zoe@{format}.example.org")
    person.send("form-post", "POST")
    person.until(lambda: person.title.startswith("Customer "))
    assert person.find("dd[data-member=phone]").text == "<b>&1"
    for method, text in (("PATCH", "1"), ("PUT", "2"), ("PATCH", "")):
        person.unfold("form-patch")
        person.fill("form-patch-phone", text)
        Select(person.find("#form-patch .as")).select_by_visible_text(format)
        person.send("form-patch", method)
        wanted = text or "none"
        person.until(lambda wanted=wanted: person.find("dd[data-member=phone]").text == wanted)
    assert person.find("dd[data-member=first]").text == "Zoë"
    path = person.path
    person.unfold("form-delete")
    person.send("form-delete", "DELETE")
    person.until(lambda: person.path == "/customers")
    person.open(path)
    assert person.title == "No such resource"


@pytest.mark.parametrize("format", ["JSON", "XML"])
def test_an_invoice_and_its_lines(person, format):
    person.open("/customers/1/invoices")
    person.browser.execute_script("sessionStorage.setItem('token', arguments[0])", person.token)
    person.unfold("form-post")
    person.fill("form-post-currency", "EUR")
    Select(person.find("#form-post .as")).select_by_visible_text(format)
    for product, quantity in ((1, "2"), (2, "none"), (3, "4")):
        person.find("#form-post [data-act=add]").click()
        row = person.all("#form-post .row")[-1]
        row.find_element(By.CSS_SELECTOR, "[data-name=product_id] input").send_keys(str(product))
        row.find_element(By.CSS_SELECTOR, "[data-name=quantity] input").send_keys(quantity)
    person.send("form-post", "POST")
    errors = "#form-post .row:nth-of-type(2) [data-name=quantity] .error"
    person.until(lambda: person.find(errors).is_displayed())
    assert "whole number" in person.find(errors).text
    person.all("#form-post .row")[1].find_element(By.CSS_SELECTOR, "[data-act=remove]").click()
    assert person.active.get_attribute("data-act") == "add"
    person.send("form-post", "POST")
    person.until(lambda: person.title.startswith("Invoice "))
    assert quantities(person) == ["2", "4"]
    ids = [cell.text for cell in person.all("dd[data-member=items] td:first-child")]
    person.unfold("form-patch")
    Select(person.find("#form-patch .as")).select_by_visible_text(format)
    first = person.find("#form-patch .row [data-name=quantity] input")
    first.clear()
    first.send_keys("3")
    person.send("form-patch", "PATCH")
    person.until(lambda: quantities(person) == ["3", "4"])
    assert [cell.text for cell in person.all("dd[data-member=items] td:first-child")] == ids


def quantities(person: Person) -> list[str]:
    return [each.text for each in person.all("dd[data-member=items] td:nth-child(5)")]


def test_half_a_date_is_told_beside_it_and_not_sent(person):
    person.open("/invoices?due_on[null]=false&status=draft&sort=-id")
    person.find("tbody tr a").click()
    person.until(lambda: person.title.startswith("Invoice "))
    person.browser.execute_script("sessionStorage.setItem('token', arguments[0])", person.token)
    due = person.find("dd[data-member=due_on]").text
    person.unfold("form-patch")
    person.find("#form-patch-due_on").send_keys(Keys.BACKSPACE)
    person.send("form-patch", "PATCH")
    person.until(lambda: person.find("#form-patch-due_on-error").is_displayed())
    assert person.find("#form-patch-due_on-error").text == "is not complete"
    assert person.active.get_attribute("id") == "form-patch-due_on"
    person.browser.refresh()
    assert person.find("dd[data-member=due_on]").text == due


def test_what_no_field_has_done_is_told_and_read_out(person):
    person.open("/invoices?status=paid")
    person.find("tbody tr a").click()
    person.until(lambda: person.title.startswith("Invoice "))
    person.browser.execute_script("sessionStorage.setItem('token', arguments[0])", person.token)
    person.unfold("form-delete")
    person.send("form-delete", "DELETE")
    person.until(lambda: person.find("#form-delete .failure").is_displayed())
    assert "failure" in person.active.get_attribute("class")


def test_a_write_that_would_undo_another_is_refused(person):
    person.open("/customers/2")
    person.browser.execute_script("sessionStorage.setItem('token', arguments[0])", person.token)
    first = person.browser.current_window_handle
    person.browser.switch_to.new_window("tab")
    person.open("/customers/2")
    person.browser.execute_script("sessionStorage.setItem('token', arguments[0])", person.token)
    person.unfold("form-patch")
    person.fill("form-patch-phone", "of another")
    person.send("form-patch", "PATCH")
    person.until(lambda: person.find("dd[data-member=phone]").text == "of another")
    person.browser.close()
    person.browser.switch_to.window(first)
    person.unfold("form-patch")
    person.fill("form-patch-phone", "mine")
    person.send("form-patch", "PATCH")
    person.until(
        lambda: "not what the request expects" in person.find(".failure:not([hidden])").text
    )


def test_a_token_that_is_wrong_is_asked_for_again(person):
    person.open("/customers/3?format=html")
    person.unfold("form-patch")
    person.fill("form-patch-phone", "3")
    person.send("form-patch", "PATCH")
    person.give("nonsense")
    person.until(lambda: "not good" in person.find("#token-why").text)
    person.give("100 €")
    person.until(lambda: "no token" in person.find("#token-why").text)
    person.give(person.token)
    person.until(lambda: person.find("dd[data-member=phone]").text == "3")


def test_that_no_answer_came_is_told(person):
    person.open("/customers/3")
    person.unfold("form-delete")
    person.browser.execute_cdp_cmd("Network.enable", {})
    away = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    person.browser.execute_cdp_cmd("Network.emulateNetworkConditions", away | {"offline": True})
    person.send("form-delete", "DELETE")
    person.until(lambda: "No answer came" in person.find(".failure:not([hidden])").text)
    assert person.find("#form-delete button[value=DELETE]").is_enabled()
    person.browser.execute_cdp_cmd("Network.emulateNetworkConditions", away | {"offline": False})


def test_where_reading_needs_a_token_pages_come_with_it(stranger):
    stranger.open("/customers?per_page=2")
    stranger.give(stranger.token)
    stranger.until(lambda: stranger.title == "Customers")
    stranger.follow("1", "tbody")
    stranger.until(lambda: stranger.title == "Customer 1")
    stranger.unfold("form-patch")
    stranger.fill("form-patch-phone", "4")
    stranger.send("form-patch", "PATCH")
    stranger.until(lambda: stranger.find("dd[data-member=phone]").text == "4")


def test_where_reading_needs_a_token_the_tab_that_was_asked_for_comes(stranger):
    stranger.open("/customers/1#json")
    stranger.give(stranger.token)
    stranger.until(lambda: stranger.find("#json pre").is_displayed())
    assert stranger.active.get_attribute("id") == "main"


def test_where_reading_needs_a_token_pictures_and_formats_come_with_it(stranger):
    wait = {"Prefer": "wait=20", "Authorization": f"Bearer {stranger.token}"}
    with closing(HTTPConnection("127.0.0.1", stranger.server.port, timeout=30)) as connection:
        fields = {"Content-Type": "application/json", **wait}
        connection.request("POST", "/cameras/1/movies", '{"seconds": 1}', fields)
        path = connection.getresponse().headers["Location"]
    stranger.open(path)
    stranger.give(stranger.token)
    width = "return document.querySelector('video').videoWidth"
    stranger.until(lambda: stranger.browser.execute_script(width) > 0)
    poster = "return document.querySelector('video').poster"
    stranger.until(lambda: stranger.browser.execute_script(poster).startswith("blob:"))
    stranger.find(".others").find_element(By.LINK_TEXT, "json").click()
    stranger.until(lambda: stranger.browser.current_url.startswith("blob:"))
    assert json.loads(stranger.find("body").text)["seconds"] == 1


def test_who_gives_no_token_is_left_with_the_problem(stranger):
    stranger.open("/customers")
    stranger.until(lambda: stranger.find("#token[open]"))
    stranger.find("#token button[value='']").click()
    stranger.until(lambda: not stranger.all("#token[open]"))
    assert stranger.title == "Credentials are needed"
    stranger.find("#token-button").click()
    stranger.give(stranger.token)
    stranger.until(lambda: stranger.title == "Customers")


@pytest.fixture
def site(tmp_path) -> Iterator[Site]:
    """A server whose work takes time, closed to write; `Site.token` is a writer's."""
    path = sample_database(tmp_path / "parley.db", 2)
    site = Site(f"sqlite:///{path}", PARLEY_OPEN_WRITES="0")
    site.token = add_people(site.database)["writer"]
    site.start("serve")
    yield site
    site.close()


@pytest.fixture
def watcher(browser, site) -> Iterator[Person]:
    """Somebody before the page of a task that goes on for three seconds."""
    server = Server(site.port, str(site.database.engine.url), site.serving)
    person = Person(browser, server, site.token)
    person.open(begin(site, site.token, "slow;3"))
    person.give(site.token)
    person.until(lambda: person.find("progress"))
    yield person
    browser.get("about:blank")


def test_a_task_goes_on_before_ones_eyes(watcher):
    """Without a reload, until it leads to what was made; and nobody without a token sees it."""
    watcher.browser.execute_script("window.same = true")
    seen = {watcher.until(lambda: int(watcher.find("dd[data-member=progress]").text))}
    watcher.until(lambda: seen.add(progress(watcher)) or len(seen) > 4)
    assert watcher.browser.execute_script("return window.same")
    watcher.until(lambda: watcher.title.startswith("Invoice "))
    assert watcher.path.startswith("/invoices/")
    assert watcher.find("dd[data-member=note]").text == "slow;3"


def test_a_task_is_followed_on_when_its_server_is_back(watcher, site):
    site.kill(site.serving)
    time.sleep(2.5)  # the page asks while nobody answers
    site.start("serve")
    watcher.until(lambda: watcher.title.startswith("Invoice "))


def progress(person: Person) -> int:
    return int(person.find("progress").get_property("value"))


def test_a_camera_films_and_the_movie_is_seen(person):
    person.open("/cameras/1/movies")
    person.unfold("form-post")
    person.fill("form-post-seconds", "1")
    person.send("form-post", "POST")
    person.give(person.token)
    person.until(lambda: person.title.startswith("Movie "))
    width = "return document.querySelector('video').videoWidth"
    person.until(lambda: person.browser.execute_script(width) > 0)


def begin(site: Site, token: str, note: str) -> str:
    """The path of a task."""
    with closing(HTTPConnection("127.0.0.1", site.port, timeout=20)) as connection:
        data = json.dumps({"customer_id": 1, "currency": "EUR", "note": note})
        fields = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        connection.request("POST", "/reports", data, fields)
        return connection.getresponse().headers["Location"]


def test_reading_needs_no_script(person):
    person.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        person.open("/customers?per_page=5")
        person.follow("Last", "thead")
        person.follow("Next", ".pager")
        person.find(".tabs a[href='#xml']").click()
        assert person.find("#xml pre").is_displayed()
        person.find(".tabs a[href='#page']").click()
        person.find(".search summary").click()
        person.fill("filter-country-1", "Gr*")
        person.find("#filter-country-1").send_keys(Keys.ENTER)
        person.until(lambda: "country" in person.path)
        assert {cell.text for cell in person.all("tbody td:nth-child(10)")} == {"Greece"}
        assert "do" in person.find("noscript p").text
    finally:
        person.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.mark.parametrize("width", [390, 1280], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path", ["/", "/customers", "/invoices/1", "/customers?x=1", "/nothing#xml"]
)
def test_it_fits_and_can_be_read(person, path, width, scheme):
    """Nothing is wider than the screen, and text stands out (WCAG 2.2, 1.4.3)."""
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
    person.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    person.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        person.open(path)
        person.browser.execute_script(UNFOLD)
        assert person.browser.execute_script("return document.documentElement.scrollWidth") <= width
        assert person.browser.execute_script(CONTRAST) == []
    finally:
        person.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        person.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


UNFOLD = "document.querySelectorAll('details').forEach((each) => { each.open = true })"
CONTRAST = """
const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
const light = (color) => {
  const linear = (c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const [r, g, b] = numbers(color).map((c) => linear(c / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = (element) => {
  for (let each = element; each; each = each.parentElement) {
    const color = getComputedStyle(each).backgroundColor;
    if (numbers(color)[3] !== 0) return color;
  }
  return "rgb(255, 255, 255)";
};
const has_text = (each) => [...each.childNodes].some((it) => it.nodeType === 3 && it.data.trim());
const all = [...document.querySelectorAll("body *")];
const texts = all.filter((each) => each.checkVisibility() && has_text(each));
return texts.filter((each) => {
  const [a, b] = [light(getComputedStyle(each).color), light(behind(each))].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05) < 4.5;
}).map((each) => each.outerHTML.slice(0, 100));
"""
