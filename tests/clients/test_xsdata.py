"""Classes that xsdata generates from our XSD read what the server sends and write it back."""

import importlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.serializers import XmlSerializer
from xsdata.models.datatype import XmlDate

from tests.conftest import Server, free_port, start_server, stop
from tests.databases import sample_database

TYPES = ("home", "customers", "products", "invoices", "items", "problem", "problem-types")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start_server(
        sample_database(tmp_path_factory.mktemp("xsdata") / "parley.db"), free_port()
    )
    yield server
    stop(server)


def send(
    server: Server, method: str, path: str, content: bytes | None = None
) -> tuple[int, Any, bytes]:
    fields = {"Accept": "application/xml"}
    if content is not None:
        fields["Content-Type"] = "application/xml"
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.request(method, path, content, fields)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()


@pytest.fixture(scope="module")
def classes(running: Server, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Any]:
    """The class of an element, generated from the schemas that the server has of its pages."""
    folder = tmp_path_factory.mktemp("generated")
    for name in TYPES:
        status, _, schema = send(running, "GET", f"/schemas/{name}.xsd")
        assert status == 200
        (folder / f"{name}.xsd").write_bytes(schema)
    command = [sys.executable, "-m", "xsdata", "generate", ".", "--package", "generated"]
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"  # where ruff is
    subprocess.run(command, cwd=folder, env={"PATH": path}, capture_output=True, check=True)
    sys.path.insert(0, str(folder))
    generated = importlib.import_module("generated")
    sys.path.remove(str(folder))
    return lambda name: getattr(generated, "".join(map(str.capitalize, name.split("-"))))


@pytest.fixture
def read(running: Server, classes: Callable[[str], Any]) -> Callable[..., Any]:
    def read(path: str, name: str) -> Any:
        status, _, content = send(running, "GET", path)
        assert status == 200, content
        return XmlParser().from_bytes(content, classes(name))

    return read


@pytest.fixture
def put(running: Server, classes: Callable[[str], Any]) -> Callable[..., Any]:
    def put(row: Any) -> Any:
        content = XmlSerializer().render(row).encode()
        status, _, written = send(running, "PUT", row.links.self_value, content)
        assert status == 200, written
        return XmlParser().from_bytes(written, type(row))

    return put


@pytest.mark.parametrize("place", ["?per_page=7", "?per_page=7&after="])
@pytest.mark.parametrize("name", ["customer", "product", "invoice"])
def test_every_page_and_every_row_is_read(read, name, place):
    rows, url = [], f"/{name}s{place}"
    while url:
        page = read(url, f"{name}s")
        rows += getattr(page.items, name)
        url = page.links.next
    assert len(rows) == read(f"/{name}s", f"{name}s").total
    assert [read(row.links.self_value, name) for row in rows] == rows


def test_what_hangs_on_a_row_is_read(read):
    home = read("/", "home")
    assert home.links.customers == "/customers"
    invoice = read("/invoices/1?expand=customer", "invoice")
    assert invoice.customer.id == invoice.customer_id
    items = read(invoice.links.items, "items")
    assert items.items.item == invoice.items.item
    assert isinstance(invoice.total, Decimal)
    assert isinstance(invoice.issued_on, XmlDate | None)
    assert read("/customers/1?fields=first", "customer").last is None


@pytest.mark.parametrize(
    ("path", "name", "member", "value"),
    [
        ("/customers/1", "customer", "phone", "+1 <&> é"),
        ("/customers/2", "customer", "company", None),
        ("/products/1", "product", "price", Decimal("0.10")),
        ("/invoices/1", "invoice", "note", "paid late"),
        ("/invoices/2", "invoice", "due_on", XmlDate(2027, 2, 28)),
    ],
)
def test_a_member_is_changed_and_written_back(read, put, path, name, member, value):
    before = read(path, name)
    setattr(before, member, value)
    written = put(before)
    assert getattr(written, member) == value
    written.updated_at = before.updated_at
    assert written == before
    assert getattr(read(path, name), member) == value


def test_a_line_of_an_invoice_is_changed(running, read, put, classes):
    content = b"""<invoice><customer_id>1</customer_id><currency>EUR</currency><items>
        <item><product_id>1</product_id><quantity>1</quantity></item></items></invoice>"""
    status, headers, _ = send(running, "POST", "/invoices", content)
    assert status == 201
    invoice = read(headers["Location"], "invoice")
    invoice.items.item[0].quantity = 3
    assert put(invoice).total == 3 * invoice.items.item[0].unit_price


def test_a_problem_is_read(running, classes):
    status, _, content = send(running, "POST", "/customers", b"<customer><age>7</age></customer>")
    problem = XmlParser().from_bytes(content, classes("problem"))
    assert problem.status == status == 422
    assert "/customer/age" in [each.pointer for each in problem.errors.i]
