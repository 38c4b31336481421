"""What holds of each resource, in both formats: one table (contract 1 to 4)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.resources.wire import JSON, XML, Wire

ABSENT = 10**18 - 1  # an id that could be
NO_IDS = ("0", "01", "-1", "+1", "1.0", "1e0", "abc", str(10**18), "٣", "１", "1%20", "%2B1", "1/")
PARAMETERS = ("page", "per_page")
NO_PAGES = (
    "page=0", "page=-1", "page=01", "page=x", "page=", "page=1.0", "page=%D9%A3", "page=999999",
    "page=99999999999999999999", "page=1&page=1", "per_page=0", "per_page=101", "per_page=x",
    "per_page=1&per_page=1", "nonsense=1", "nonsense", "Page=1", "format={0}&format={0}",
)  # fmt: skip


@dataclass(frozen=True)
class Resource:
    """path: of the collection, made if it must be. data: what makes a row. wrong: what the optional
    member cannot be. unique: members that no two rows share."""

    id: str
    type: str
    path: Callable[[Wire], str]
    data: Mapping[str, Any]
    required: frozenset[str]
    server_written: frozenset[str]
    optional: str = ""
    wrong: str = ""
    unique: frozenset[str] = frozenset()


CUSTOMER = {"first": "Zoë", "last": "Ångström", "email": "zoe@example.org", "phone": "+46 1"}
PRODUCT = {"sku": "Z-1", "name": "Zither", "description": "", "price": "0.10", "currency": "EUR"}
LINE = {"product_id": 1, "quantity": 2, "unit_price": "0.30", "description": " <&> \n"}
INVOICE = {"customer_id": 1, "currency": "EUR", "due_on": "2026-02-28", "items": [LINE, LINE]}
DEVICE = {"name": "Zählwerk"}
READING = {"measured_at": "2026-02-28T23:59:59Z", "value": "-0.50", "unit": "°C"}
BARE = frozenset({"id", "links"})
STAMPS = BARE | {"created_at", "updated_at"}


def draft(wire: Wire) -> Any:
    return wire.make("/invoices", "invoice", INVOICE)


def without_invoices(wire: Wire) -> Any:
    return wire.make("/customers", "customer", CUSTOMER | {"email": "none@example.org"})


RESOURCES = (
    Resource(
        "customers",
        "customer",
        lambda wire: "/customers",
        CUSTOMER,
        frozenset({"first", "last", "email"}),
        STAMPS,
        "phone",
        "x" * 201,
        frozenset({"email"}),
    ),
    Resource(
        "products",
        "product",
        lambda wire: "/products",
        PRODUCT,
        frozenset({"sku", "name", "price", "currency"}),
        STAMPS,
        "description",
        "x" * 4001,
        frozenset({"sku"}),
    ),
    Resource(
        "invoices",
        "invoice",
        lambda wire: "/invoices",
        INVOICE,
        frozenset({"customer_id", "currency"}),
        STAMPS | {"number", "total"},
        "issued_on",
        "2026-02-30",
    ),
    Resource(
        "invoices of a customer",
        "invoice",
        lambda wire: without_invoices(wire)["links"]["invoices"],
        {name: value for name, value in INVOICE.items() if name != "customer_id"},
        frozenset({"currency"}),
        STAMPS | {"number", "total"},
        "status",
        "sent",
    ),
    Resource(
        "items of an invoice",
        "item",
        lambda wire: draft(wire)["links"]["items"],
        LINE,
        frozenset({"product_id", "quantity"}),
        frozenset({"id", "links", "amount"}),
        "unit_price",
        "1.005",
    ),
    Resource("cameras", "camera", lambda wire: "/cameras", DEVICE, frozenset({"name"}), BARE),
    Resource("sensors", "sensor", lambda wire: "/sensors", DEVICE, frozenset({"name"}), BARE),
    Resource(
        "readings of a sensor",
        "reading",
        lambda wire: wire.make("/sensors", "sensor", DEVICE)["links"]["readings"],
        READING,
        frozenset({"value", "unit"}),
        BARE,
        "measured_at",
        "2026-02-30T00:00:00Z",
    ),
)
WITH_DEFAULTS = {"unit_price", "invoice_id", "status", "items", "sensor_id", "measured_at"}
ITEMS = (
    *("/customers/", "/products/", "/invoices/", "/items/"),
    *("/cameras/", "/sensors/", "/readings/"),
)


@pytest.fixture(params=RESOURCES, ids=lambda each: each.id)
def resource(request: pytest.FixtureRequest) -> Resource:
    return request.param


@pytest.fixture
def collection(wire: Wire, resource: Resource) -> str:
    return resource.path(wire)


@pytest.fixture
def made(wire: Wire, resource: Resource, collection: str) -> Any:
    """A new row of the resource."""
    return wire.make(collection, resource.type, resource.data)


BESIDE = ("alternate", "describedby")  # links that are not those of a page
PASSING = ("date", "cache-status", "x-request-id")


def fields(answer: Any) -> dict[str, str]:
    """The fields that do not depend on when, and how often, was asked."""
    given = {name.lower(): value for name, value in answer.headers}
    return {name: value for name, value in given.items() if name not in PASSING}


def sent_values_stand(data: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    """Whether the row has the values of the data, those of items in it too."""
    for name, value in data.items():
        if isinstance(value, list):
            pairs = zip(value, row[name], strict=True)
            if not all(sent_values_stand(line, item) for line, item in pairs):
                return False
        elif row[name] != str(value):
            return False
    return True


def test_post_shows_the_new_row_and_says_where_it_is(wire, resource, collection):
    answer = wire.write("POST", collection, resource.type, resource.data)
    row = wire.format.read(answer.data)
    assert answer.status_code == 201
    assert answer.content_type.partition(";")[0] == wire.format.media_type
    assert answer.headers["Location"] == answer.headers["Content-Location"] == row["links"]["self"]
    assert answer.headers["Vary"] == "Accept"
    assert sent_values_stand(resource.data, row)
    read = wire.send("GET", answer.headers["Location"])
    assert read.data == answer.data
    assert read.headers["ETag"] == answer.headers["ETag"]


def test_both_formats_say_the_same(wire, made, collection):
    for path in (made["links"]["self"], collection):
        as_xml = Wire(wire.client, XML).get(path)
        as_json = Wire(wire.client, JSON).get(path)
        assert as_xml == as_json
        assert list(as_xml) == list(as_json)
    assert list(as_json) == ["items", "total", "page", "per_page", "pages", "links", "templates"]


def test_each_media_type_has_a_strong_tag_of_its_own(wire, made, collection):
    types = ("application/json", "application/xml", "text/xml", "application/vnd.parley.typed+xml")
    for path in (made["links"]["self"], collection):
        tags = {wire.send("GET", path, Accept=each).headers["ETag"] for each in types}
        assert len(tags) == len(types)
        assert all(re.fullmatch(r'"[\x21\x23-\x7e]+"', tag) for tag in tags)


def test_head_has_the_fields_of_get_and_no_content(wire, made, collection):
    for path in (made["links"]["self"], collection, "/customers/abc", f"{collection}?nonsense=1"):
        shown, headed = wire.send("GET", path), wire.send("HEAD", path)
        assert headed.status_code == shown.status_code
        assert headed.data == b""
        assert fields(headed) == fields(shown)
        assert int(shown.headers["Content-Length"]) == len(shown.data)


def test_what_was_read_can_be_put_back(wire, made, resource):
    path = made["links"]["self"]
    before = wire.send("GET", path)
    answer = wire.send("PUT", path, before.data)
    assert answer.status_code == 200, answer.data
    assert without_stamp(wire.format.read(answer.data)) == without_stamp(made)
    assert answer.headers["Content-Location"] == path
    assert "ETag" not in answer.headers
    assert "Last-Modified" not in answer.headers
    assert answer.data == wire.send("GET", path).data


def without_stamp(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "updated_at"}


def test_every_put_is_a_new_version(wire, made):
    path = made["links"]["self"]
    before = wire.send("GET", path)
    wire.send("PUT", path, before.data)
    assert wire.send("GET", path).headers["ETag"] != before.headers["ETag"]


def test_put_replaces_the_whole(wire, made, resource):
    path = made["links"]["self"]
    needed = {name: resource.data[name] for name in resource.required & resource.data.keys()}
    if resource.type == "invoice":
        needed["customer_id"] = int(made["customer_id"])
    answer = wire.write("PUT", path, resource.type, needed)
    row = wire.format.read(answer.data)
    assert answer.status_code == 200, answer.data
    given_by_server = resource.server_written | WITH_DEFAULTS
    left = {name for name, value in row.items() if value is not None} - needed.keys()
    assert left <= given_by_server
    assert row.get("items", []) == []


def test_delete_and_then_there_is_none(wire, made, collection):
    path = made["links"]["self"]
    answer = wire.send("DELETE", path)
    assert (answer.status_code, answer.data) == (204, b"")
    assert "Content-Type" not in answer.headers
    for method in ("GET", "HEAD", "DELETE"):
        assert wire.send(method, path).status_code == 404
    assert made["id"] not in {row["id"] for row in wire.rows(collection)}


def test_put_where_there_is_none_makes_none(wire, made, resource):
    path = made["links"]["self"]
    wire.send("DELETE", path)
    data = resource.data | ({"customer_id": 1} if resource.type == "invoice" else {})
    answer = wire.write("PUT", path, resource.type, data)
    assert wire.pointers(answer, 404) == set()
    assert wire.send("GET", path).status_code == 404


def test_an_id_is_never_given_twice(wire, resource, collection):
    ids = []
    for _ in range(3):
        made = wire.make(collection, resource.type, resource.data)
        ids.append(int(made["id"]))
        wire.send("DELETE", made["links"]["self"])
    assert len(set(ids)) == 3
    assert ids == sorted(ids)


def test_options_and_405_name_the_same_methods(wire, made, collection):
    allowed = {
        collection: ("GET, HEAD, OPTIONS, POST", "PATCH"),
        made["links"]["self"]: ("DELETE, GET, HEAD, OPTIONS, PATCH, PUT", "POST"),
    }
    for path, (methods, refused) in allowed.items():
        options = wire.send("OPTIONS", path, Accept="image/png")
        assert (options.status_code, options.data) == (204, b"")
        assert options.headers["Allow"] == methods
        for method in (refused, "TRACE", "BREW"):
            answer = wire.send(method, path)
            assert wire.pointers(answer, 405) == set()
            assert answer.headers["Allow"] == methods
            assert answer.headers["Vary"] == "Accept"
    assert "Accept-Post" in wire.send("OPTIONS", collection).headers
    assert "application/xml" in wire.send("GET", collection).headers["Accept-Post"]


@pytest.mark.parametrize("path", ITEMS)
def test_what_is_no_id_is_a_404(wire, path):
    sent = [(method, id) for method in ("GET", "HEAD", "PUT", "DELETE") for id in NO_IDS]
    sent += [(method, str(ABSENT)) for method in ("GET", "HEAD", "DELETE")]
    found = {(method, id): wire.send(method, path + id).status_code for method, id in sent}
    assert found == dict.fromkeys(sent, 404)


@pytest.mark.parametrize(
    ("path", "type", "data"),
    [
        ("/customers/{}/invoices", "invoice", {"currency": "EUR"}),
        ("/invoices/{}/items", "item", LINE),
        ("/cameras/{}/movies", "movie", {"seconds": 1}),
        ("/sensors/{}/readings", "reading", READING),
    ],
)
@pytest.mark.parametrize("id", ["0", "01", "abc", str(10**18), "٣", str(ABSENT)])
def test_a_collection_of_an_absent_parent_is_a_404(wire, path, type, data, id):
    for method in ("GET", "HEAD"):
        assert wire.send(method, path.format(id)).status_code == 404
    assert wire.write("POST", path.format(id), type, data).status_code == 404


def test_an_unknown_member_is_named(wire, made, resource, collection):
    for method, path in (("POST", collection), ("PUT", made["links"]["self"])):
        answer = wire.write(method, path, resource.type, resource.data | {"nonsense": "1"})
        assert wire.pointer(resource.type, "nonsense") in wire.pointers(answer)


def test_all_errors_come_at_once(wire, made, resource, collection):
    wrong = {resource.optional: resource.wrong} if resource.optional else {}
    data = {"nonsense": None, **wrong}
    expected = {wire.pointer(resource.type, name) for name in (*data, *resource.required)}
    for method, path in (("POST", collection), ("PUT", made["links"]["self"])):
        required = {*expected}
        if resource.type == "invoice" and method == "PUT":
            required.add(wire.pointer("invoice", "customer_id"))
        assert wire.pointers(wire.write(method, path, resource.type, data)) == required


def test_a_required_member_is_not_null(wire, resource, collection):
    data = dict.fromkeys(resource.required)
    expected = {wire.pointer(resource.type, name) for name in resource.required}
    assert wire.pointers(wire.write("POST", collection, resource.type, data)) == expected


@pytest.mark.parametrize("value", ["nonsense", None, "999999"])
def test_members_of_the_server_are_ignored(wire, made, resource, collection, value):
    path = made["links"]["self"]
    data = (
        resource.data | dict.fromkeys(resource.server_written, value) | {"links": {"self": value}}
    )
    if resource.type == "invoice":
        data["customer_id"] = int(made["customer_id"])
    answer = wire.write("PUT", path, resource.type, data)
    row = wire.format.read(answer.data)
    assert answer.status_code == 200, answer.data
    for name in resource.server_written - {"updated_at"}:
        assert row[name] == made[name], name
    wire.send("DELETE", path)
    again = wire.make(collection, resource.type, data)
    for name in resource.server_written - {"links"}:
        assert again[name] != value or value is None, name


@pytest.mark.parametrize("content", [b"[]", b"null", b"1", b'"x"', b"true", b'[{"first": "x"}]'])
def test_json_that_is_no_object_is_impossible(client, resource, content):
    wire = Wire(client, JSON)
    path = resource.path(wire)
    assert wire.pointers(wire.send("POST", path, content)) == {""}


def test_what_must_be_unique_is(wire, made, resource, collection):
    for name in resource.unique:
        others = {each: f"other-{each}@x.org" for each in resource.unique - {name}}
        answer = wire.write("POST", collection, resource.type, resource.data | others)
        assert wire.pointers(answer, 409) == {wire.pointer(resource.type, name)}


def test_the_pages_of_a_collection_agree(wire, made, resource, collection):
    for each in "ab":
        unique = {name: f"{each}@x.org" for name in resource.unique}
        wire.make(collection, resource.type, resource.data | unique)
    size, total = 2, int(wire.get(collection)["total"])
    assert total >= 3
    last = -(-total // size)
    seen: list[int] = []
    url = f"{collection}?per_page={size}&format={wire.format.name}"
    for number in range(1, last + 1):
        answer = wire.send("GET", url)
        page = wire.format.read(answer.data)
        about = [int(page[name]) for name in ("total", "page", "per_page", "pages")]
        assert about == [total, number, size, last]
        check_links(page["links"], collection, wire, number, last)
        shown = {name: link for name, link in page["links"].items() if link is not None}
        field = re.findall(r'<([^>]*)>; rel="(\w+)"', answer.headers["Link"])
        assert {name: link for link, name in field if name not in BESIDE} == shown
        seen += [int(row["id"]) for row in page["items"]]
        url = page["links"]["next"]
    assert seen == sorted(set(seen))
    assert len(seen) == total


def test_a_page_that_is_just_full_is_the_last(wire, made, collection):
    total = int(wire.get(collection)["total"])
    page = wire.get(f"{collection}?per_page={total}")
    assert (len(page["items"]), page["pages"], page["links"]["next"]) == (total, "1", None)
    assert wire.send("GET", f"{collection}?per_page={total}&page=2").status_code == 400


def check_links(links: Mapping[str, Any], path: str, wire: Wire, number: int, last: int) -> None:
    """Each leads to its page and keeps the rest of the query, `per_page=2` and the format."""
    prev = number - 1 if number > 1 else None
    following = number + 1 if number < last else None
    wanted = {"self": number, "first": 1, "prev": prev, "next": following, "last": last}
    assert links.keys() == wanted.keys()
    for name, page in wanted.items():
        assert (links[name] is None) == (page is None), name
        if page is not None:
            parts = urlsplit(links[name])
            query = {"page": ["1"]} | parse_qs(parts.query)
            assert parts.path == path
            assert query == {"page": [str(page)], "per_page": ["2"], "format": [wire.format.name]}


def test_a_page_that_cannot_be_is_a_400(wire, collection):
    for query in NO_PAGES:
        answer = wire.send("GET", f"{collection}?{query.format(wire.format.name)}")
        assert wire.pointers(answer, 400) == set(), query
        if "nonsense" in query:
            detail = wire.format.read(answer.data)["detail"]
            assert all(name in detail for name in ("nonsense", *PARAMETERS, "format"))


def test_a_page_has_at_most_100(wire, collection):
    assert wire.get(f"{collection}?per_page=100")["per_page"] == "100"
    assert wire.get(collection)["per_page"] == "20"


@pytest.mark.parametrize("query", ["nonsense=1", "page=1", "format=json&format=json"])
def test_an_item_has_no_pages(wire, made, query):
    for method in ("GET", "HEAD"):
        assert wire.send(method, f"{made['links']['self']}?{query}").status_code == 400


@pytest.mark.parametrize("path", ["/customers", "/products", "/invoices", "/cameras"])
def test_page_1_of_nothing(empty, path):
    check_nothing(empty, path)


def test_page_1_of_nothing_in_a_parent(wire):
    check_nothing(wire, without_invoices(wire)["links"]["invoices"])
    bare = wire.make("/invoices", "invoice", {"customer_id": 1, "currency": "EUR"})
    check_nothing(wire, bare["links"]["items"])


def check_nothing(wire: Wire, path: str) -> None:
    page = wire.get(path)
    assert page["items"] == []
    assert [page[name] for name in ("total", "page", "pages")] == ["0", "1", "1"]
    assert page["links"]["prev"] is None
    assert page["links"]["next"] is None
    assert wire.get(f"{path}?page=1")["items"] == []
    assert wire.send("GET", f"{path}?page=2").status_code == 400


def test_the_entrance_leads_to_every_collection(wire):
    links = wire.get("/")["links"]
    for name in ("customers", "products", "invoices", "cameras", "sensors"):
        assert links[name] == f"/{name}"
        assert wire.get(links[name])["items"]
