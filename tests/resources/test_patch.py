"""PATCH in three formats: merge patch, JSON Patch and XML Patch (RFC 5789; rows 73 to 77)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from lxml import etree

PATH = "/customers/1"
MERGE, STEPS, XML = (
    f"application/{name}" for name in ("merge-patch+json", "json-patch+json", "xml-patch+xml")
)
FORMATS = f"{MERGE}, {STEPS}, {XML}"


def in_xml(operations: str) -> str:
    return f'<p:patch xmlns:p="urn:ietf:rfc:7351">{operations}</p:patch>'


def send(client, media_type: str, content: str, path: str = PATH, **fields: str):
    return client.patch(path, data=content.encode(), headers={"Content-Type": media_type, **fields})


COMPANY = {  # the same change, in each format
    MERGE: '{"company": "Ω & <Söhne>", "phone": null}',
    STEPS: '[{"op": "add", "path": "/company", "value": "Ω & <Söhne>"},'
    ' {"op": "replace", "path": "/phone", "value": null}]',
    XML: in_xml(
        '<p:replace sel="/customer/company"><company>Ω &amp; &lt;Söhne></company></p:replace>'
        '<p:remove sel="customer/phone"/>'
    ),
}


@pytest.mark.parametrize("media_type", COMPANY)
@pytest.mark.parametrize("accept", ["application/json", "application/xml"])
def test_the_same_change_in_each_format(client, media_type, accept):
    before, tag = client.get(PATH).json, client.get(PATH).headers["ETag"]
    answer = send(client, media_type, COMPANY[media_type], Accept=accept)
    assert answer.status_code == 200
    assert answer.headers["Content-Location"] == PATH
    after = client.get(PATH, headers={"Accept": accept})
    assert (after.data, after.headers["ETag"]) == (answer.data, answer.headers["ETag"])
    assert answer.headers["ETag"] != tag
    changed = {"company": "Ω & <Söhne>", "phone": None}
    now = client.get(PATH).json
    assert {**now, "updated_at": ""} == {**before, **changed, "updated_at": ""}


@pytest.mark.parametrize("asked", ["", "?fields=first", "?expand=customer&fields=total"])
@pytest.mark.parametrize("accept", ["application/json", "application/xml"])
def test_what_is_shown_of_it_is_found_where_the_answer_says(client, asked, accept):  # 8.7
    path = "/invoices/1" if "expand" in asked else PATH
    answer = send(client, MERGE, "{}", f"{path}{asked}", Accept=accept)
    assert answer.status_code == 200
    after = client.get(answer.headers["Content-Location"], headers={"Accept": accept})
    assert (after.data, after.headers["ETag"]) == (answer.data, answer.headers["ETag"])


def test_a_page_after_a_write_is_no_page_of_a_read(client):  # 8.8.3: that one has forms
    answer = send(client, MERGE, "{}", Accept="text/html")
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert "ETag" not in answer.headers


REFUSED = [  # case, media type, content, status
    ("73: plain JSON", "application/json", "{}", 415),
    ("plain XML", "application/xml", "<customer/>", 415),
    ("an unknown suffix", "application/vnd.x+json", "{}", 415),
    ("77: no JSON", MERGE, "{", 400),
    ("77: a name twice", MERGE, '{"a": 1, "a": 2}', 400),
    ("77: no list", STEPS, "{}", 400),
    ("77: no operation", STEPS, '[{"op": "put", "path": ""}]', 400),
    ("77: no value", STEPS, '[{"op": "add", "path": "/company"}]', 400),
    ("77: no pointer", STEPS, '[{"op": "remove", "path": "company"}]', 400),
    ("77: no XML", XML, "<p", 400),
    ("another root", XML, "<patch/>", 400),
    ("a DOCTYPE", XML, "<!DOCTYPE p>" + in_xml(""), 400),
    ("no operation", XML, in_xml('<p:put sel="customer"/>'), 400),
    ("no selector", XML, in_xml('<p:remove sel="//customer"/>'), 400),
    ("a function", XML, in_xml("<p:remove sel=\"document('file:///etc/passwd')\"/>"), 400),
    ("75: a test that fails", STEPS, '[{"op": "test", "path": "/first", "value": "x"}]', 409),
    ("75: an absent path", STEPS, '[{"op": "remove", "path": "/x"}]', 409),
    ("76: an index with a zero", STEPS, '[{"op": "test", "path": "/links/01", "value": 1}]', 409),
    ("no node", XML, in_xml('<p:remove sel="customer/x"/>'), 409),
    ("many nodes", XML, in_xml('<p:remove sel="customer/*"/>'), 409),
    ("77: required", MERGE, '{"email": null}', 422),
    ("unknown", MERGE, '{"x": 1}', 422),
    ("no object", MERGE, "[1]", 422),
    ("no object", STEPS, '[{"op": "replace", "path": "", "value": 1}]', 422),
    ("required", XML, in_xml('<p:remove sel="customer/email"/>'), 422),
    ("text beside elements", XML, in_xml('<p:add sel="customer">x</p:add>'), 422),
    ("too long", MERGE, f'{{"company": "{"x" * 201}"}}', 422),
]


@pytest.mark.parametrize(
    ("media_type", "content", "status"),
    [row[1:] for row in REFUSED],
    ids=[f"{row[0]} in {row[1]}" for row in REFUSED],
)
def test_what_cannot_be_done_changes_nothing(client, media_type, content, status):
    before = client.get(PATH)
    answer = send(client, media_type, content)
    assert answer.status_code == status, answer.text
    assert answer.json["status"] == status
    assert client.get(PATH).data == before.data
    if status == 415:
        assert answer.headers["Accept-Patch"] == FORMATS


def test_all_or_nothing(client):  # RFC 5789, 2
    before = client.get(PATH).data
    steps = '[{"op": "replace", "path": "/first", "value": "x"}, {"op": "remove", "path": "/x"}]'
    assert send(client, STEPS, steps).status_code == 409
    operations = '<p:replace sel="customer/first/text()">x</p:replace><p:remove sel="customer/x"/>'
    assert send(client, XML, in_xml(operations)).status_code == 409
    assert client.get(PATH).data == before


@pytest.mark.parametrize(
    ("media_type", "content", "pointer"),
    [
        (MERGE, '{"email": "x"}', "/email"),
        (STEPS, '[{"op": "add", "path": "/email", "value": "x"}]', "/email"),
        (XML, in_xml('<p:replace sel="customer/email/text()">x</p:replace>'), "/customer/email"),
    ],
)
def test_faults_are_told_in_the_terms_of_the_patch(client, media_type, content, pointer):
    answer = send(client, media_type, content)
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json["errors"]] == [pointer]


def test_what_only_the_server_writes_stays(client):
    before = client.get(PATH).json
    assert send(client, MERGE, '{"id": 7, "created_at": "x", "links": null}').status_code == 200
    after = client.get(PATH).json
    assert (after["id"], after["created_at"], after["links"]) == (
        before["id"],
        before["created_at"],
        before["links"],
    )


def test_options_and_reads_name_the_formats(client):
    for answer in (client.options(PATH), client.get(PATH), client.head(PATH)):
        assert answer.headers["Accept-Patch"] == FORMATS
    assert "PATCH" in client.options(PATH).headers["Allow"]
    assert "Accept-Patch" not in client.get("/customers").headers


@pytest.mark.parametrize("media_type", [MERGE, STEPS, XML])
def test_an_invoice_lives_as_by_put(client, media_type):
    draft = {"customer_id": 1, "currency": "EUR", "items": [{"product_id": 1, "quantity": 2}]}
    made = client.post("/invoices", json=draft)
    path = made.headers["Location"]
    issued = {
        MERGE: '{"status": "issued"}',
        STEPS: '[{"op": "replace", "path": "/status", "value": "issued"}]',
        XML: in_xml('<p:replace sel="invoice/status/text()">issued</p:replace>'),
    }
    answer = send(client, media_type, issued[media_type], path)
    assert (answer.status_code, answer.json["status"]) == (200, "issued")
    assert answer.json["number"]
    assert answer.json["items"] == made.json["items"]
    more = {
        MERGE: '{"items": []}',
        STEPS: '[{"op": "replace", "path": "/items/0/quantity", "value": 3}]',
        XML: in_xml('<p:replace sel="invoice/items/item[1]/quantity/text()">3</p:replace>'),
    }
    assert send(client, media_type, more[media_type], path).status_code == 409  # frozen


def test_one_item_is_added_in_xml(client):
    draft = {"customer_id": 1, "currency": "EUR", "items": [{"product_id": 1, "quantity": 2}]}
    path = client.post("/invoices", json=draft).headers["Location"]
    item = "<item><product_id>2</product_id><quantity>5</quantity></item>"
    answer = send(
        client,
        XML,
        in_xml(f'<p:add sel="invoice/items">{item}</p:add>'),
        path,
        Accept="application/xml",
    )
    assert answer.status_code == 200
    assert etree.fromstring(answer.data).xpath("items/item/quantity/text()") == ["2", "5"]


def test_patches_at_once_lose_nothing(app):
    """Each adds an item to what is there: the row is locked while it is patched."""
    draft = {"customer_id": 1, "currency": "EUR", "items": []}
    path = app.test_client().post("/invoices", json=draft).headers["Location"]
    content = '[{"op": "add", "path": "/items/-", "value": {"product_id": 1, "quantity": 1}}]'

    def add(number: int) -> int:
        return send(app.test_client(), STEPS, content, path).status_code

    with ThreadPoolExecutor(6) as pool:
        assert [*pool.map(add, range(12))] == [200] * 12
    assert len(app.test_client().get(path).json["items"]) == 12


def test_more_operations_than_allowed(client):
    steps = ",".join(['{"op": "test", "path": "/first", "value": 1}'] * 1001)
    answer = send(client, STEPS, f"[{steps}]")
    assert (answer.status_code, "1000" in answer.json["detail"]) == (422, True)
    operations = '<p:remove sel="customer/x"/>' * 1001
    assert send(client, XML, in_xml(operations)).status_code == 422


def test_copies_of_the_document_into_itself_are_bounded(client):
    copies = ",".join(f'{{"op": "copy", "from": "", "path": "/x{i}"}}' for i in range(40))
    assert send(client, STEPS, f"[{copies}]").status_code == 422
    nested = ",".join(['{"op": "copy", "from": "", "path": "/x"}'] * 900)
    assert send(client, STEPS, f"[{nested}]").status_code == 422
    again = '{"op": "add", "path": "/x", "value": "' + "x" * 500_000 + '"}'
    work = ",".join(['{"op": "copy", "from": "/x", "path": "/y"}'] * 900)
    assert send(client, STEPS, f"[{again},{work}]").status_code == 422
