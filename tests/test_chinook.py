"""Real input: all of Chinook over a real socket, written in one format and read in the other."""

import gzip
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from decimal import Decimal
from http.client import HTTPConnection
from itertools import count
from typing import Any, NamedTuple

import pytest

from models import Database
from tests.conftest import DATA, Server, free_port, start_server, stop
from tests.resources.wire import read_xml, texts, xml

SOURCE = DATA / "chinook" / "chinook.sqlite"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SOURCE.exists(), reason=f"{SOURCE} is missing"),
]
CUSTOMERS = """
    SELECT CustomerId, FirstName "first", LastName "last", Email email, Phone phone,
           Company company, Address street, City city, PostalCode postal_code, Country country
    FROM Customer ORDER BY CustomerId"""
PRODUCTS = """
    SELECT DISTINCT TrackId, 'track-' || TrackId sku, Name name, Composer description,
           printf('%.2f', Track.UnitPrice) price, 'USD' currency
    FROM Track JOIN InvoiceLine USING (TrackId) ORDER BY TrackId"""
INVOICES = """
    SELECT InvoiceId, CustomerId, 'paid' status, date(InvoiceDate) issued_on, 'USD' currency,
           BillingAddress || char(10) || BillingCity || coalesce(char(10) || BillingState, '') ||
           coalesce(char(10) || BillingPostalCode, '') || char(10) || BillingCountry note,
           printf('%.2f', Total) total
    FROM Invoice ORDER BY InvoiceId"""
LINES = """
    SELECT InvoiceId, TrackId, Quantity quantity, printf('%.2f', UnitPrice) unit_price
    FROM InvoiceLine ORDER BY InvoiceLineId"""


class Way(NamedTuple):
    """How a row is written: in which format, encoding and coding."""

    format: str
    encoding: str = "utf-8"
    coding: str = ""


WAYS = (
    Way("json"),
    Way("xml"),
    Way("json", coding="gzip"),
    Way("xml", "iso-8859-1"),
    Way("json"),
    Way("xml", "utf-16"),
    Way("json"),
    Way("xml", "iso-8859-1", "gzip"),
)


class Peer:
    """A client on one connection that is kept open, and what it has used."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=20)
        self.used: dict[Way, int] = {}

    def send(self, method: str, path: str, content: bytes | None, fields: Mapping[str, str]) -> Any:
        """The status, the fields and the content of the answer."""
        self.connection.request(method, path, content, fields)
        socket = self.connection.sock
        answer = self.connection.getresponse()
        found = answer.status, answer.headers, answer.read()
        assert self.connection.sock is socket, "the server closed the connection"
        return found

    def make(self, path: str, name: str, data: Any, way: Way) -> str:
        """Where the new row is."""
        way = fitting(way, name, data)
        self.used[way] = self.used.get(way, 0) + 1
        is_xml = way.format == "xml"
        content = xml(name, data, way.encoding) if is_xml else json.dumps(data).encode()
        fields = {
            "Content-Type": f"application/{way.format}",
            "Accept": f"application/{way.format}",
        }
        if way.coding:
            content, fields["Content-Encoding"] = gzip.compress(content), way.coding
        status, headers, answer = self.send("POST", path, content, fields)
        assert status == 201, answer
        return headers["Location"]

    def read(self, path: str, format: str) -> Any:
        """The data at the path, every value as text."""
        fields = {"Accept": f"application/{format}"}
        status, headers, content = self.send("GET", path, None, fields)
        assert status == 200, content
        assert headers["Content-Type"].startswith(f"application/{format}")
        return read_xml(content) if format == "xml" else texts(json.loads(content))


def fitting(way: Way, name: str, data: Any) -> Way:
    """The way, in UTF-8 where its encoding lacks a character: a reference would only hide it."""
    try:
        json.dumps(data, ensure_ascii=False).encode(way.encoding)
    except UnicodeEncodeError:
        return way._replace(encoding="utf-8")
    return way


def other(way: Way) -> str:
    return "json" if way.format == "xml" else "xml"


def rows(statement: str) -> Iterator[dict[str, Any]]:
    with closing(sqlite3.connect(SOURCE)) as connection:
        connection.row_factory = sqlite3.Row
        for row in connection.execute(statement):
            yield dict(row)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on tables without rows."""
    path = tmp_path_factory.mktemp("chinook") / "chinook.db"
    database = Database(f"sqlite:///{path}")
    database.create()
    database.close()
    running = start_server(path, free_port())
    yield running
    stop(running)


def check(peer: Peer, path: str, data: Mapping[str, Any], way: Way) -> Any:
    """What the other format shows of the row: it has what was sent, to the character."""
    row = peer.read(path, other(way))
    for name, value in data.items():
        if name != "items":
            assert row[name] == texts(value), (path, name)
    return row


def test_all_of_chinook(bare):
    peer = Peer(bare.port)
    with closing(peer.connection):
        ways = (WAYS[place % len(WAYS)] for place in count())
        customers = send_all(peer, "customer", "CustomerId", CUSTOMERS, ways)
        products = send_all(peer, "product", "TrackId", PRODUCTS, ways)
        assert len(customers) == 59
        totals = send_invoices(peer, customers, products, ways)
        assert len(totals) == 412
        assert sum(totals) == Decimal("2328.60")
        assert set(WAYS) <= peer.used.keys()
        in_xml = sum(times for way, times in peer.used.items() if way.format == "xml")
        assert abs(2 * in_xml - sum(peer.used.values())) <= 1
        check_pages(peer)


def send_all(
    peer: Peer, name: str, key: str, statement: str, ways: Iterator[Way]
) -> dict[int, int]:
    """Sends the rows and reads each back; the id that each key was given."""
    ids = {}
    for row in rows(statement):
        way, source = next(ways), row.pop(key)
        path = peer.make(f"/{name}s", name, row, way)
        ids[source] = int(check(peer, path, row, way)["id"])
    return ids


def send_invoices(
    peer: Peer, customers: Mapping[int, int], products: Mapping[int, int], ways: Iterator[Way]
) -> list[Decimal]:
    """Sends the invoices with their lines and reads each back; their totals."""
    lines: dict[int, list[Any]] = {}
    for line in rows(LINES):
        line["product_id"] = products[line.pop("TrackId")]
        lines.setdefault(line.pop("InvoiceId"), []).append(line)
    totals = []
    for number, data in enumerate(rows(INVOICES), 1):
        way, total = next(ways), data.pop("total")
        data["customer_id"] = customers[data.pop("CustomerId")]
        data["items"] = lines[data.pop("InvoiceId")]
        row = check(peer, peer.make("/invoices", "invoice", data, way), data, way)
        assert row["number"] == str(number)
        assert row["total"] == total
        for sent, item in zip(data["items"], row["items"], strict=True):
            assert {name: item[name] for name in sent} == texts(sent)
            assert Decimal(item["amount"]) == Decimal(sent["unit_price"]) * sent["quantity"]
        totals.append(Decimal(total))
    return totals


def check_pages(peer: Peer) -> None:
    """Both formats page through the same invoices, whose numbers have no gap."""
    found = {format: list(pages(peer, format)) for format in ("json", "xml")}
    assert found["json"] == found["xml"]
    numbers = [int(row["number"]) for row in found["json"]]
    assert numbers == list(range(1, 413))


def pages(peer: Peer, format: str) -> Iterator[Any]:
    url = "/invoices?per_page=100"
    while url:
        page = peer.read(url, format)
        assert page["total"] == "412"
        yield from page["items"]
        url = page["links"]["next"]
