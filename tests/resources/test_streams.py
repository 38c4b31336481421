"""Streams, CSV and NDJSON over HTTP, lenient handling, and links to other representations."""

import csv
import json
from io import StringIO
from typing import Any

import pytest
from lxml import etree
from sqlalchemy import insert

import exchange.streams
from exchange.settings import Settings
from models import Busy, Customer
from models.search import Search
from models.types import now
from representations import REPRESENTATIONS
from run import create_app

STREAMED = [each for each in REPRESENTATIONS if each.stream]
every_stream = pytest.mark.parametrize("format", STREAMED, ids=lambda each: each.name)


def ids_in(name: str, content: bytes) -> list[int]:
    """The ids of the rows in the document."""
    if name == "json":
        return [item["id"] for item in json.loads(content)["items"]]
    if name == "ndjson":
        return [json.loads(line)["id"] for line in content.splitlines()]
    if name == "csv":
        return [int(row["id"]) for row in csv.DictReader(StringIO(content.decode(), newline=""))]
    return [int(id) for id in etree.fromstring(content).xpath("/*/items/*/id/text()")]


def pages(client, path: str, query: dict[str, str]) -> list[int]:
    found, url = [], path
    page = client.get(url, query_string=query | {"per_page": "100"}).json
    while True:
        found += [item["id"] for item in page["items"]]
        if not page["links"]["next"]:
            return found
        page = client.get(page["links"]["next"]).json


QUERIES = [
    ("/invoices", {}),
    ("/invoices", {"status": "paid", "sort": "-total"}),
    ("/invoices", {"sort": "-issued_on,number"}),
    ("/invoices", {"sort": "issued_on", "expand": "customer", "fields": "total"}),
    ("/customers/3/invoices", {}),
    ("/invoices/3/items", {"sort": "-unit_price"}),
    ("/customers", {"last": "nobody"}),
]


@every_stream
@pytest.mark.parametrize(("path", "query"), QUERIES)
def test_a_stream_is_all_pages_in_one(client, monkeypatch, format, path, query):
    monkeypatch.setattr(exchange.streams, "BATCH", 7)
    answer = client.get(path, query_string=query | {"stream": "true", "format": format.name})
    assert (answer.status_code, answer.content_type) == (200, format.content_type)
    found = ids_in(format.name, answer.data)
    assert found == pages(client, path, query)
    assert int(answer.headers["Parley-Rows"]) == len(found)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers


def test_the_columns_are_what_fields_and_expand_choose(client):
    query = {"format": "csv", "fields": "total", "expand": "customer", "per_page": "2"}
    for more in ({}, {"stream": "true"}):
        asked = (
            {**query, **more} if not more else {k: v for k, v in query.items() if k != "per_page"}
        )
        lines = client.get("/invoices", query_string=asked | more).text.splitlines()
        names = lines[0].split(",")
        assert names[:2] == ["id", "total"]
        assert "customer.first" in names
        assert not {"links", "note", "items"} & {*names}


def test_a_page_is_a_table_too(client):
    answer = client.get("/customers?per_page=3", headers={"Accept": "text/csv"})
    assert answer.content_type == "text/csv; charset=utf-8"
    assert ids_in("csv", answer.data) == [1, 2, 3]
    assert 'rel="next"' in answer.headers["Link"]
    answer = client.get("/customers?per_page=3&format=ndjson")
    assert ids_in("ndjson", answer.data) == [1, 2, 3]


@pytest.mark.parametrize("path", ["/customers/1", "/", "/problems", "/items/1"])  # row 18
@pytest.mark.parametrize("media_type", ["text/csv", "application/x-ndjson"])
def test_what_is_no_collection_has_no_table(client, path, media_type):
    answer = client.get(path, headers={"Accept": media_type})
    assert answer.status_code == 406
    assert media_type not in answer.headers["Link"]


def test_a_formula_is_defused_in_csv_alone(client):
    hostile = "=cmd|' /C calc'!A0"
    client.post("/customers", json={"first": hostile, "last": "b", "email": "c@d.example"})
    query = {"email": "c@d.example"}
    table = client.get("/customers", query_string=query | {"format": "csv"}).text
    assert next(csv.DictReader(StringIO(table, newline="")))["first"] == f"'{hostile}"
    for name in ("json", "ndjson"):
        assert hostile in client.get("/customers", query_string=query | {"format": name}).text


REFUSED = [
    ("/invoices?stream=yes", 400, "true or false"),
    ("/invoices?stream=true&page=1", 400, "page"),
    ("/invoices?stream=true&per_page=5", 400, "per_page"),
    ("/invoices?stream=true&after=", 400, "after"),
    ("/invoices?stream=true&total=x", 400, "total"),
    ("/invoices?stream=true&sort=x", 400, "sort"),
    ("/invoices/1?stream=true", 400, "stream"),
    ("/invoices?stream=true&format=msgpack", 406, "ndjson"),
    ("/customers/99999/invoices?stream=true", 404, "99999"),
]


@pytest.mark.parametrize(("path", "status", "says"), REFUSED)
def test_what_cannot_be_streamed(app, client, path, status, says):
    answer = client.get(path)
    assert (answer.status_code, says in answer.json["detail"]) == (status, True)
    assert is_at_rest(app)


def is_at_rest(app: Any) -> bool:
    """Whether every place and every connection is given back."""
    return app.places._value == 2 and app.database.engine.pool.checkedout() == 0


def test_head_has_the_fields_alone(app, client):
    answer = client.head("/invoices?stream=true")
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Parley-Rows"] == "60"
    answer.close()
    assert is_at_rest(app)


def test_rows_that_come_meanwhile_are_not_in_it(app, client, monkeypatch):
    monkeypatch.setattr(exchange.streams, "BATCH", 5)
    answer = client.get("/customers?stream=true&format=ndjson", buffered=False)
    rows = iter(answer.response)
    first = next(rows)
    with app.database.writing.begin() as connection:
        made = {"first": "a", "last": "b", "email": "c@d.example", "version": 1}
        connection.execute(insert(Customer).values(**made, created_at=now(), updated_at=now()))
    found = ids_in("ndjson", first + b"".join(rows))
    assert len(found) == int(answer.headers["Parley-Rows"]) == 20
    assert client.get("/customers").json["total"] == 21
    answer.close()
    assert is_at_rest(app)


@every_stream
def test_what_breaks_off_can_be_told(app, client, monkeypatch, capfd, format):
    real = Search.batches

    def broken(self, size):
        batches = real(self, 7)
        yield next(batches)
        batches.close()
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(Search, "batches", broken)
    url = f"/customers?stream=true&format={format.name}"
    answer = client.get(url, buffered=False)
    pieces: list[bytes] = []
    with pytest.raises(RuntimeError):
        pieces.extend(answer.response)
    content = b"".join(pieces)
    assert (answer.status_code, answer.headers["Parley-Rows"]) == (200, "20")
    assert "broke off" in capfd.readouterr().err
    if format.decode:
        with pytest.raises((ValueError, etree.XMLSyntaxError)):
            ids_in(format.name if format.name == "json" else "xml", content)
    else:
        assert len(ids_in(format.name, content)) == 7
    answer.close()
    assert is_at_rest(app)


def test_a_client_that_goes_gives_its_place_back(app, client, monkeypatch):
    monkeypatch.setattr(exchange.streams, "BATCH", 3)
    answer = client.get("/invoices?stream=true", buffered=False)
    next(iter(answer.response))
    assert not is_at_rest(app)
    answer.close()
    assert is_at_rest(app)


@pytest.mark.parametrize("format", ["json", "xml"])
def test_there_are_as_many_places_as_threads_less_two(app, client, format):
    held = [client.get("/invoices?stream=true", buffered=False) for _ in range(2)]
    answer = client.get(f"/invoices?stream=true&format={format}")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert answer.content_type.startswith(f"application/problem+{format}")
    assert client.get("/invoices").status_code == 200
    held.pop().close()
    assert client.get("/invoices?stream=true").status_code == 200
    held.pop().close()
    assert is_at_rest(app)


def test_what_fails_before_the_first_row_is_an_answer(app, client, monkeypatch):
    def busy(self):
        raise Busy("the database is down or busy")

    monkeypatch.setattr(Search, "count", busy)
    answer = client.get("/invoices?stream=true")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert is_at_rest(app)


# Prefer: handling (RFC 7240, 4.4)


@pytest.mark.parametrize("path", ["/customers?x=1&id=2", "/customers/2?x=1", "/?x=1", "/?stream=x"])
def test_lenient_handling_ignores_unknown_parameters(client, path):
    assert client.get(path).status_code == 400
    assert client.get(path, headers={"Prefer": "handling=strict"}).status_code == 400
    answer = client.get(path, headers={"Prefer": "foo, handling=lenient"})
    assert answer.status_code == 200
    assert answer.headers["Preference-Applied"] == "handling=lenient"
    assert "Prefer" in answer.headers["Vary"]


def test_lenient_handling_filters_still(client):
    answer = client.get("/customers?x=1&id=2", headers={"Prefer": "handling=lenient"})
    assert [item["id"] for item in answer.json["items"]] == [2]


@pytest.mark.parametrize(
    "query", ["id=x", "sort=x", "id[x]=1", "page=0", "fields=x", "sort=id&sort=id"]
)
def test_lenient_handling_takes_nothing_wrong(client, query):
    answer = client.get(f"/customers?{query}", headers={"Prefer": "handling=lenient"})
    assert answer.status_code == 400


def test_nothing_is_applied_where_nothing_is_unknown(client):
    answer = client.get("/customers", headers={"Prefer": "handling=lenient"})
    assert "Preference-Applied" not in answer.headers


# Links to other representations (RFC 8288; issue 3, 5)


WORDS = {
    "/customers/1": {"application/vnd.acme.customer+xml"},
    "/invoices/1?expand=customer": {"application/vnd.oasis.ubl.invoice+xml"},
}


def alternates(answer) -> dict[str, str]:
    """The links to other representations, by media type."""
    links = [part.split(">; ") for part in answer.headers["Link"].removeprefix("<").split(", <")]
    return {
        what.partition('type="')[2].rstrip('"'): target
        for target, what in links
        if 'rel="alternate"' in what
    }


@pytest.mark.parametrize(
    "path",
    ["/", "/problems", "/problems/invalid", "/customers", "/customers/1", "/customers/1/invoices",
     "/invoices?sort=-total&fields=total", "/invoices/1?expand=customer", "/invoices/1/items",
     "/items/1", "/products", "/products/1"],
)  # fmt: skip
def test_each_answer_links_to_its_others(client, path):
    answer = client.get(path)
    found = alternates(answer)
    tables = {each.media_type for each in REPRESENTATIONS if each.tabular}
    there = {each.media_type for each in REPRESENTATIONS}
    there |= WORDS.get(path, set())
    is_collection = "sort" in path or ("items" in (answer.json or {}) and "/problems" not in path)
    if path in ("/invoices/1?expand=customer",):
        is_collection = False
    assert found.keys() == there - {"application/json"} - (set() if is_collection else tables)
    for media_type, target in found.items():
        other = client.get(target)
        assert (other.status_code, other.content_type.split(";")[0]) == (200, media_type)
        back = alternates(other)["application/json"]
        again = client.get(back).json
        assert {**again, "links": 0} == {**answer.json, "links": 0}


def test_alternates_begin_with_the_public_url(database_url):
    app = create_app(
        Settings(database_url=database_url, open_writes=True, public_url="https://api.example.org")
    )
    answer = app.test_client().get("/customers/1")
    assert {*alternates(answer).values()}
    assert all(url.startswith("https://api.example.org/") for url in alternates(answer).values())
    app.database.close()


def test_from_the_root_everything_is_reached(app, client):
    """By `links` alone: every route that answers GET. There are no tasks and movies yet
    to be linked to (tests/work/test_tasks.py and test_movies.py have some), and to what pages are
    made of pages link."""
    seen: set[str] = set()
    todo = ["/"]
    while todo:
        url = todo.pop()
        if url in seen or len(seen) > 400:
            continue
        seen.add(url)
        answer = client.get(url)
        todo += links_in(answer.json) if not url.endswith((".json", ".xsd")) else []
    paths = (url.partition("?")[0] for url in seen)
    reached = {app.url_map.bind("").match(path, return_rule=True)[0].rule for path in paths}
    wanted = {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assets = {rule for rule in wanted if rule.startswith("/assets/")}
    assert reached == wanted - assets - {"/tasks/<token:id>", "/movies/<id:id>"}


def links_in(data: Any) -> list[str]:
    if isinstance(data, list):
        return [link for each in data for link in links_in(each)]
    if not isinstance(data, dict):
        return []
    mine = [
        url for name, url in data.get("links", {}).items() if url and name not in ("next", "last")
    ]
    return mine + [
        link for name, each in data.items() if name != "links" for link in links_in(each)
    ]
