"""The OWASP API Security Top 10 of 2023, item by item, over a real socket and in both formats.

Each item that has tables of its own elsewhere has here what shows that it holds, and names them.
"""

import json
import re
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import Server
from tests.http.wire import Answer, address, get, post, remove, request, send
from tests.resources.wire import FORMATS, Format


@pytest.fixture(params=FORMATS, ids=lambda format: format.name)
def format(request: pytest.FixtureRequest) -> Format:
    return request.param


def read(server: Server, target: str, format: Format, *fields: str) -> Answer:
    return get(server.port, target, f"Accept: {format.media_type}", *fields)


def write(server: Server, format: Format, method: str, target: str, name: str, data: Any) -> Answer:
    fields = [f"Content-Type: {format.media_type}", f"Accept: {format.media_type}"]
    content = format.write(name, data)
    return send(server.port, request(method, target, *fields, content=content))


def someone(**members: Any) -> dict[str, Any]:
    return {"first": "Ann", "last": "Bee", "email": address()} | members


# API4: unrestricted resource consumption. Every limit, at it and above: test_limits.py; time,
# threads and connections: test_slow.py; bombs: test_hostile.py.

COSTLY = [
    # id, target, status
    ("a page of everything", "/customers?per_page=1000000", 400),
    ("a page far away", "/customers?page=999999999", 400),
    ("a page beyond all numbers", f"/customers?page={'9' * 30}", 400),
    ("a pattern of wildcards", "/customers?last[like]=*a*a*a*a*a*a*a", 400),
    ("a thousand values", f"/customers?id[in]={','.join(['1'] * 1001)}", 400),
    ("a thousand filters", f"/customers?{'id=1&' * 1001}", 400),
    ("an order by everything, twice", f"/customers?sort={'id,last,' * 50}", 400),
    ("the same member many times", f"/customers?fields={'last,' * 500}", 400),
    ("the same relation many times", f"/invoices?expand={'customer,' * 500}", 400),
    ("a query without end", f"/customers?last={'a' * 10_000}", 414),
    ("a path without end", f"/{'a' * 10_000}", 414),
]


@pytest.mark.parametrize(
    ("target", "status"), [row[1:] for row in COSTLY], ids=[row[0] for row in COSTLY]
)
def test_api4_what_costs_too_much_is_refused(server: Server, format, target, status):
    read(server, target, format).check_problem(status)


def test_api4_items_in_one_write_have_a_bound(server: Server, format):
    line = {"product_id": 1, "quantity": 1}
    data = {"customer_id": 1, "currency": "EUR", "items": [line] * 201}
    write(server, format, "POST", "/invoices", "invoice", data).check_problem(422)


# API6: unrestricted access to sensitive business flows. Here that is the life of an invoice, all of
# it in tests/resources/test_invoices.py: no step of it can be left out, undone, or taken twice.

LINE = {"product_id": 1, "quantity": 1, "unit_price": "9.00"}
BILL = {"customer_id": 1, "currency": "EUR", "items": [LINE]}
FLOWS = [
    # id, status before, method, what is changed
    ("paid without being issued", "draft", "PUT", {"status": "paid"}),
    ("taken back", "issued", "PUT", {"status": "draft"}),
    ("not paid after all", "paid", "PUT", {"status": "issued"}),
    ("revived", "void", "PUT", {"status": "issued"}),
    ("cheaper after it was issued", "issued", "PUT", {"items": [LINE | {"unit_price": "0.01"}]}),
    ("somebody else's after it was paid", "paid", "PUT", {"customer_id": 2}),
    ("deleted after it was issued", "issued", "DELETE", None),
]


@pytest.mark.parametrize(
    ("status", "method", "changed"), [row[1:] for row in FLOWS], ids=[row[0] for row in FLOWS]
)
def test_api6_no_step_is_left_out_or_undone(server: Server, format, status, method, changed):
    made = write(server, format, "POST", "/invoices", "invoice", BILL | {"status": status})
    assert made.status == 201, made
    place = made.fields["Location"]
    if changed is None:
        told = send(server.port, request(method, place, f"Accept: {format.media_type}"))
    else:
        data = BILL | {"status": status} | changed
        told = write(server, format, method, place, "invoice", data)
    told.check_problem(409)
    assert format.read(read(server, place, format).content)["status"] == status


# API7: server side request forgery. Documents that name a place: test_hostile.py has them all.


@pytest.fixture
def outside() -> Iterator[str]:
    """A server that nobody may ask. Fails if somebody did."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(BlockingIOError):
            listener.accept()


XSI = "http://www.w3.org/2001/XMLSchema-instance"
PLACES = [
    # id, before the root, attributes of the root, inside it, statuses
    ("an external entity", '<!DOCTYPE a [<!ENTITY e SYSTEM "{url}">]>', "", "&e;", 400),
    ("an external DTD", '<!DOCTYPE customer SYSTEM "{url}">', "", "", 400),
    ("a parameter entity", '<!DOCTYPE a [<!ENTITY % p SYSTEM "{url}"> %p;]>', "", "", 400),
    ("a schema", "", f' xmlns:xsi="{XSI}" xsi:noNamespaceSchemaLocation="{{url}}"', "", 201),
    (
        "a schema of a namespace",
        "",
        f' xmlns:xsi="{XSI}" xsi:schemaLocation="urn:x {{url}}"',
        "",
        201,
    ),
    (
        "an inclusion",
        "",
        "",
        '<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="{url}"/>',
        400,
    ),
    ("a style sheet", '<?xml-stylesheet href="{url}"?>', "", "", 201),
    ("a base", "", ' xml:base="{url}"', "", 201),
]


@pytest.mark.parametrize(
    "media_type", ["application/xml", "text/xml", "application/vnd.parley.typed+xml"]
)
@pytest.mark.parametrize(
    ("before", "attributes", "inside", "status"),
    [row[1:] for row in PLACES],
    ids=[row[0] for row in PLACES],
)
def test_api7_no_place_that_xml_names_is_opened(
    server: Server, outside, media_type, before, attributes, inside, status
):
    members = f"<first>Ann{inside if inside.startswith('&') else ''}</first><last>Bee</last>"
    rest = "" if inside.startswith("&") else inside
    document = f"{before}<customer{attributes}>{members}<email>{address()}</email>{rest}</customer>"
    content = document.replace("{url}", f"http://{outside}/x").encode()
    answer = post(server.port, media_type, content)
    if status == 201:
        remove(server.port, answer)
    else:
        answer.check_problem(status)


@pytest.mark.parametrize("scheme", ["http", "file", "gopher", "//"])
def test_api7_no_place_that_a_value_names_is_opened(server: Server, outside, format, scheme):
    """An address is text; so is `$ref`, which is no member."""
    place = f"{scheme}{'' if scheme == '//' else '://'}{outside}/x"
    made = write(server, format, "POST", "/customers", "customer", someone(company=place))
    assert format.read(made.content)["company"] == place
    remove(server.port, made)
    told = write(server, format, "POST", "/customers", "customer", someone(ref=place))
    told.check_problem(422)


CLAIMS = [
    "Host",
    "X-Forwarded-Host",
    "X-Original-URL",
    "X-Rewrite-URL",
    "Referer",
    "Origin",
    "Link",
]


@pytest.mark.parametrize("name", CLAIMS)
def test_api7_no_place_that_a_field_names_is_opened_or_repeated(
    server: Server, outside, format, name
):
    lines = [f"{name}: {outside if name == 'Host' else f'http://{outside}/'}"]
    host = [] if name == "Host" else ["Host: parley.test"]
    lines += [*host, f"Accept: {format.media_type}", "Connection: close"]
    head = "\r\n".join(["GET /customers?per_page=2 HTTP/1.1", *lines, "", ""])
    answer = send(server.port, head.encode())
    assert answer.status == 200
    assert outside not in str(answer.fields) + answer.content.decode()


def test_api7_a_target_with_an_authority_is_ours(server: Server, outside, format):
    answer = read(server, f"http://{outside}/customers/1", format)
    assert answer.status == 200
    assert outside not in str(answer.fields) + answer.content.decode()


# API8: security misconfiguration. Fields of every answer, Host, cookies: test_hardening.py; scripts
# of other origins: tests/exchange/test_edge.py.

NOTHING_THERE = [
    *("/.env", "/.git/config", "/console", "/debug", "/server-status", "/static/app.js"),
    *("/customers/../Makefile", "/%2e%2e/Makefile", "/instance/parley.db", "/admin", "/actuator"),
    *("/customers.json", "/graphql", "/..%2fMakefile", "/static/../Makefile", "/wp-login.php"),
]


@pytest.mark.parametrize("target", NOTHING_THERE)
def test_api8_nothing_is_served_that_is_no_resource(server: Server, format, target):
    read(server, target, format).check_problem(404)


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "DEBUG", "TRACK", "PROPFIND", "LINK"])
def test_api8_methods_that_nobody_needs_are_not_there(server: Server, format, method):
    lines = [f"Accept: {format.media_type}", "X-Secret: c2VjcmV0"]
    answer = send(server.port, request(method, "/customers/1", *lines))
    assert answer.status in (400, 405, 501)
    assert b"c2VjcmV0" not in answer.content


@pytest.mark.parametrize(
    "line", ["X-HTTP-Method-Override: DELETE", "X-HTTP-Method: DELETE", "X-Method-Override: DELETE"]
)
def test_api8_a_method_is_the_one_of_the_request(server: Server, format, line):
    assert read(server, "/customers/1", format, line).status == 200
    assert read(server, "/customers/1?_method=DELETE", format).status == 400
    assert read(server, "/customers/1", format).status == 200


def test_api8_what_fails_tells_nothing_of_the_inside(app, format, monkeypatch):
    monkeypatch.setitem(app.view_functions, "customers.show_customer", lambda id: 1 / 0)
    answer = app.test_client().get("/customers/1", headers={"Accept": format.media_type})
    assert answer.status_code == 500
    assert not re.search("Zero|Traceback|File|line", answer.text)


# API9: improper inventory management.


def test_api9_every_route_is_in_the_inventory(app, client, format):
    """`/` lists each with its methods, and lists nothing else: none is hidden, none forgotten."""
    home = format.read(client.get("/", headers={"Accept": format.media_type}).data)
    listed = {each["template"]: set(each["methods"]) for each in home["resources"]}
    there: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        template = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        there.setdefault(template, set()).update(rule.methods)
    assert listed == there
    for template, methods in listed.items():
        id = "0123456789abcdefghij" if template.startswith("/tasks") else "1"
        target = template.replace("{id}", id).replace("{name}", "malformed")
        allowed = client.options(target).headers["Allow"]
        assert set(allowed.split(", ")) == methods


def test_api9_there_is_one_version_of_each_route(server: Server, format):
    for target in (
        "/v1/customers",
        "/api/customers",
        "/customers/",
        "/Customers",
        "/beta/customers",
    ):
        read(server, target, format).check_problem(404)


# API10: unsafe consumption of APIs. What this server consumes is its database, which others may
# write to, and its cache, which others may reach (tests/exchange/test_cache.py: what is no entry of
# ours is none). What was stored is data on its way out, in each format and in fields.

STORED = [
    "</first><admin>true</admin><first>",
    '","admin":true,"x":"',
    "]]><x/>",
    "<!--",
    "&lt;&amp;&#13;",
    "' OR 1=1 --",
    "'; DROP TABLE customers; --",
    "%27%20OR%201%3D1",
    "${jndi:ldap://127.0.0.1/x}",
    "{{7*7}}{%x%}",
    "=cmd|'/c calc'!A1",
    "a\r\nSet-Cookie: x=y",
    "../../etc/passwd",
    "\\u0000\\x00",
    "<script>alert(1)</script>",
]


@pytest.mark.parametrize("text", STORED)
def test_api10_what_is_stored_comes_out_as_it_went_in(server: Server, format, text):
    data = someone(first=text, company=text)
    made = write(server, format, "POST", "/customers", "customer", data)
    place = made.fields["Location"]
    try:
        for shown in FORMATS:
            row = shown.read(read(server, place, shown).content)
            assert (row["first"], row["company"]) == (text, text)
            assert "admin" not in row
        found = get(server.port, f"/customers?{in_query('first', text)}").json()
        assert [each["first"] for each in found["items"]] == [text]
    finally:
        remove(server.port, made)


def in_query(name: str, text: str) -> str:
    return f"{name}=" + "".join(f"%{byte:02X}" for byte in text.encode())


def test_api10_a_formula_is_defused_in_csv(server: Server):
    content = json.dumps(someone(company="=1+1")).encode()
    made = post(server.port, "application/json", content)
    number = made.fields["Location"].rpartition("/")[2]
    csv = get(server.port, f"/customers?id={number}&format=csv").content
    remove(server.port, made)
    assert b",=1+1" not in csv
    assert b"=1+1" in csv
