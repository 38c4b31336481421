"""Preconditions on reads and writes (RFC 9110, 13; http-cases.md, rows 42 to 66)."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from exchange import content
from exchange.settings import Settings
from run import create_app

PATH, ABSENT = "/customers/1", "/customers/99999"
PAST, FUTURE = "Mon, 01 Jan 2018 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"


def customer(client) -> dict[str, str]:
    return client.get(PATH).json


@pytest.fixture
def tags(client) -> dict[str, str]:
    """The current tags of the customer, by what the cases call them."""
    found = {name: client.get(f"{PATH}?format={name}").headers["ETag"] for name in ("json", "xml")}
    found["part"] = client.get(f"{PATH}?fields=first").headers["ETag"]
    return found


READS = [  # row, fields ({json} is the current tag of the JSON), status
    ("42: any", {"If-Match": "*"}, 200),
    ("43: stale", {"If-Match": '"x"'}, 412),
    ("current", {"If-Match": "{json}"}, 200),
    ("of the other format", {"If-Match": "{xml}"}, 412),
    ("weak is no strong match", {"If-Match": "W/{json}"}, 412),
    ("44: both", {"If-Match": "{json}", "If-None-Match": "{json}"}, 304),
    ("46: weak", {"If-None-Match": "W/{json}"}, 304),
    ("47: none at all", {"If-None-Match": "*"}, 304),
    ("48: a list with a comma in a tag", {"If-None-Match": '"a,b", {json}'}, 304),
    ("49: the tag goes first", {"If-None-Match": '"zz"', "If-Modified-Since": FUTURE}, 200),
    ("50: the tag goes first", {"If-None-Match": "{json}", "If-Modified-Since": PAST}, 304),
    ("51: without quotes", {"If-None-Match": "1.x-json"}, 200),
    ("59: the tag of the other format", {"If-None-Match": "{xml}"}, 200),
    ("not modified since", {"If-Modified-Since": FUTURE}, 304),
    ("modified since", {"If-Modified-Since": PAST}, 200),
    ("no date", {"If-Modified-Since": "yesterday"}, 200),
    ("unmodified since", {"If-Unmodified-Since": FUTURE}, 200),
    ("changed since", {"If-Unmodified-Since": PAST}, 412),
    ("empty", {"If-Match": ""}, 412),
]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("fields", "status"), [row[1:] for row in READS], ids=[r[0] for r in READS]
)
def test_reads(client, tags, method, fields, status):
    filled = {name: value.format(**tags) for name, value in fields.items()}
    answer = client.open(PATH, method=method, headers=filled)
    assert answer.status_code == status
    assert "Accept" in answer.headers["Vary"]
    if status == 304:  # row 60
        whole = client.get(PATH).headers
        for name in ("ETag", "Vary", "Cache-Control", "Last-Modified"):
            assert answer.headers[name] == whole[name], name
        assert (answer.data, answer.content_type) == (b"", None)


WRITES = [  # row, fields, status where the row is there
    ("none", {}, 200),
    ("any", {"If-Match": "*"}, 200),
    ("the tag of the JSON", {"If-Match": "{json}"}, 200),
    ("the tag of the XML", {"If-Match": "{xml}"}, 200),
    ("66: the tag of some members", {"If-Match": "{part}"}, 200),
    ("one of a list", {"If-Match": '"x", {xml}'}, 200),
    ("45: weak", {"If-Match": "W/{json}"}, 412),
    ("52: stale", {"If-Match": '"0.x-json"'}, 412),
    ("no tag", {"If-Match": "1"}, 412),
    ("empty", {"If-Match": ""}, 412),
    ("55: any there must not be", {"If-None-Match": "*"}, 412),
    ("a current one must not be", {"If-None-Match": "{json}"}, 412),
    ("another must not be", {"If-None-Match": '"0.x-json"'}, 200),
    ("56: changed since", {"If-Unmodified-Since": PAST}, 412),
    ("unmodified since", {"If-Unmodified-Since": FUTURE}, 200),
    ("empty date", {"If-Unmodified-Since": ""}, 412),
    ("If-Match goes first", {"If-Match": "{json}", "If-Unmodified-Since": PAST}, 200),
    ("a condition for reads", {"If-Modified-Since": FUTURE}, 200),
]


def put(client, headers, body):
    return client.put(PATH, json=body, headers=headers)


def patch(client, headers, body):
    kind = {"Content-Type": "application/merge-patch+json"}
    return client.patch(PATH, data='{"company": "X"}', headers=headers | kind)


@pytest.mark.parametrize("write", [put, patch])
@pytest.mark.parametrize("fields", [row[1:] for row in WRITES], ids=[row[0] for row in WRITES])
def test_writes(client, tags, write, fields):
    wanted, status = fields
    before = customer(client)
    filled = {name: value.format(**tags) for name, value in wanted.items()}
    answer = write(client, filled, before | {"company": "X"})
    assert answer.status_code == status
    assert (customer(client)["company"] == "X") == (status == 200)
    if status == 412:
        assert answer.json["type"] == "/problems/precondition-failed"


# What was made in this second cannot be told by date: a delete has that case in test_conditional.
DELETES = [row for row in WRITES if row[0] != "unmodified since"]


@pytest.mark.parametrize("fields", [row[1:] for row in DELETES], ids=[row[0] for row in DELETES])
def test_deletes(client, fields):
    made = client.post("/products", json={"sku": "p", "name": "p", "price": 1, "currency": "EUR"})
    path = made.headers["Location"]
    tags = {name: client.get(f"{path}?format={name}").headers["ETag"] for name in ("json", "xml")}
    tags["part"] = client.get(f"{path}?fields=sku").headers["ETag"]
    wanted, status = fields
    filled = {name: value.format(**tags) for name, value in wanted.items()}
    answer = client.delete(path, headers=filled)
    assert answer.status_code == (204 if status == 200 else status)
    assert client.get(path).status_code == (404 if status == 200 else 200)


CSV = {"Content-Type": "text/csv"}
ORDER = [  # row, method, path, fields, content, status
    ("54: absent", "PUT", ABSENT, {"If-Match": "*"}, b"{}", 404),
    ("57: absent", "DELETE", ABSENT, {"If-Match": '"x"'}, None, 404),
    ("58: not acceptable", "GET", PATH, {"Accept": "image/png", "If-None-Match": "*"}, None, 406),
    ("415 goes before", "PUT", PATH, {"If-Match": '"x"', "Content-Type": "text/csv"}, b"{}", 415),
    ("415 of a coding too", "PUT", PATH, {"If-Match": '"x"', "Content-Encoding": "x"}, b"{}", 415),
    ("415 of a POST", "POST", "/customers", CSV | {"If-None-Match": "*"}, b"a", 415),
    ("415 of work", "POST", "/cameras/1/movies", CSV | {"If-None-Match": "*"}, b"a", 415),
    ("412 goes before the content", "PUT", PATH, {"If-Match": '"x"'}, b"{garbage", 412),
    ("78: a part", "PUT", PATH, {"Content-Range": "bytes 0-1/2"}, b"{}", 400),
    ("405", "PATCH", "/customers", {"If-Match": '"x"'}, b"{}", 405),
    ("a collection is there", "POST", "/customers", {"If-None-Match": "*"}, b"{}", 412),
]


@pytest.mark.parametrize(
    ("method", "path", "fields", "content", "status"),
    [row[1:] for row in ORDER],
    ids=[row[0] for row in ORDER],
)
def test_the_order_of_answers(client, method, path, fields, content, status):
    given = {"Content-Type": "application/json"} | fields
    answer = client.open(path, method=method, headers=given, data=content)
    assert answer.status_code == status


@pytest.mark.parametrize("format", ["application/json", "application/xml"])
def test_a_precondition_may_be_required(database_url, format):
    app = create_app(
        Settings(database_url=database_url, open_writes=True, require_preconditions=True)
    )
    client = app.test_client()
    for method in ("PUT", "PATCH", "DELETE"):
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        for ignored in ({"If-None-Match": '"x"'}, {"If-Unmodified-Since": "yesterday"}):
            given = {"Accept": format, "Content-Type": kind} | ignored
            answer = client.open("/products/1", method=method, headers=given, data=b"{}")
            assert answer.status_code == 428
        assert b"If-Match" in answer.data
        assert answer.content_type.startswith(format.replace("/", "/problem+"))
    made = {"first": "a", "last": "b", "email": "c@d.example"}
    assert client.post("/customers", json=made).status_code == 201
    tag = client.get(PATH).headers["ETag"]
    assert put(client, {"If-Match": tag}, made | {"email": "e@f.example"}).status_code == 200
    app.database.close()


def test_a_put_that_changes_nothing_is_a_new_version(client):  # contract 5
    before, tag = customer(client), client.get(PATH).headers["ETag"]
    assert put(client, {"If-Match": tag}, before).status_code == 200
    assert put(client, {"If-Match": tag}, before).status_code == 412


def test_a_write_to_an_item_is_a_new_version_of_its_invoice(client):
    draft = {"customer_id": 1, "currency": "EUR", "items": [{"product_id": 1, "quantity": 1}]}
    made = client.post("/invoices", json=draft)
    item, tag = made.json["items"][0], made.headers["ETag"]
    changed = client.put(item["links"]["self"], json=item | {"quantity": 2})
    assert changed.status_code == 200
    again = client.put(made.headers["Location"], json=draft, headers={"If-Match": tag})
    assert again.status_code == 412


@pytest.mark.parametrize("change", [{"format": "xml"}, {"fields": "first"}, {"fields": "last"}])
def test_each_representation_has_a_tag_of_its_own(client, change):
    one, other = client.get(PATH), client.get(PATH, query_string=change)
    assert one.headers["ETag"] != other.headers["ETag"]


def test_a_change_of_the_current_second_cannot_be_told_by_date(client):  # contract 5
    made = client.post("/customers", json={"first": "a", "last": "b", "email": "c@d.example"})
    answer = client.get(made.headers["Location"])
    assert "ETag" in answer.headers
    if "Last-Modified" in answer.headers:  # the clock went on
        assert answer.headers["Last-Modified"] != answer.headers.get("Date")


def test_last_modified_is_of_the_row_alone(client):
    assert "Last-Modified" in client.get("/invoices/1").headers
    for path in ("/invoices/1?expand=customer", "/invoices", "/items/1", "/"):
        assert "Last-Modified" not in client.get(path).headers


def test_of_many_who_write_with_one_tag_one_succeeds(app):
    body, tag = customer(app.test_client()), app.test_client().get(PATH).headers["ETag"]

    def write(number: int) -> int:
        changed = body | {"company": str(number)}
        return put(app.test_client(), {"If-Match": tag}, changed).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(write, range(8)))
    assert statuses == [200] + [412] * 7


@pytest.mark.parametrize("write", [put, patch])
def test_a_write_while_content_arrives_is_not_undone(client, app, monkeypatch, write):
    """What held before the content was read is looked at again, under the lock of the row."""
    body, tag, real = customer(client), client.get(PATH).headers["ETag"], content.decoded_content

    def slowly() -> bytes:
        monkeypatch.undo()
        other = app.test_client()
        assert put(other, {"If-Match": tag}, body | {"company": "Other"}).status_code == 200
        return real()

    monkeypatch.setattr(content, "decoded_content", slowly)
    assert write(client, {"If-Match": tag}, body | {"company": "X"}).status_code == 412
    assert customer(client)["company"] == "Other"


MINIMAL = [
    ("PUT", PATH, "application/json", 204),
    ("PATCH", PATH, "application/merge-patch+json", 204),
    ("POST", "/customers", "application/json", 201),
]


@pytest.mark.parametrize(("method", "path", "kind", "status"), MINIMAL)
def test_prefer_return(client, method, path, kind, status):  # RFC 7240, 4.2; rows 79, 80
    content = b'{"first": "a", "last": "b", "email": "z@y.example"}'
    asked = {"Content-Type": kind, "Prefer": 'Return="minimal"; foo=bar, return=representation'}
    answer = client.open(path, method=method, headers=asked, data=content)
    assert (answer.status_code, answer.data) == (status, b"")
    assert answer.headers["Preference-Applied"] == "return=minimal"
    assert ("ETag" in answer.headers) == (method != "PUT")
    assert ("Location" in answer.headers) == (method == "POST")


def test_prefer_representation_is_what_is_done_anyway(client):
    answer = put(client, {"Prefer": "return=representation"}, customer(client))
    assert answer.status_code == 200
    assert answer.headers["Preference-Applied"] == "return=representation"
