"""/schemas: what they say, and that they say what the server does (issue 7, 1)."""

import json
import re
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
import xmlschema
from hypothesis import assume, given, settings
from lxml import etree

from exchange.settings import Settings
from exchange.shapes import item_shape
from models import Camera, Customer, Invalid, Invoice, Item, Movie, Product, Reading, Sensor
from representations import JSON, XML
from representations.base import Malformed
from representations.schema import Object
from run import create_app
from tests.checked import compiled, document
from tests.representations.drawing import bounded, content_of
from tests.resources import wire

XSD = "{http://www.w3.org/2001/XMLSchema}"
GIVEN = (("invoice", "customer"), ("movie", "camera"))
NAMES = (
    *("home", "customer", "customers", "product", "products", "invoice", "invoices"),
    *("item", "items", "task", "tasks", "token", "health", "metrics", "problem"),
    *("task-problem", "problem-type", "problem-types", "schema", "schemas"),
    *("customer-input", "product-input", "invoice-input", "item-input"),
    *("camera", "cameras", "movie", "movies", "sensor", "sensors", "reading", "readings"),
    *("camera-input", "movie-input", "sensor-input", "reading-input"),
    *(f"{name}-input-without-{parent}_id" for name, parent in GIVEN),
)
LISTED = sorted({*NAMES} - {"schema"})  # which stands in the schema of the index alone
BELOW = {
    "item": "/invoices/1/items",
    "movie": "/cameras/1/movies",
    "reading": "/sensors/1/readings",
}
MODELS = {
    "customer": Customer,
    "product": Product,
    "invoice": Invoice,
    "item": Item,
    "camera": Camera,
    "movie": Movie,
    "sensor": Sensor,
    "reading": Reading,
}
VALID: dict[str, dict[str, Any]] = {
    "customer": {"first": "a", "last": "b", "email": "a@b", "phone": "1"},
    "product": {"sku": "a", "name": "b", "price": "1.00", "currency": "EUR", "description": "c"},
    "item": {"product_id": 1, "quantity": 1, "unit_price": "1.00", "description": "d"},
    "invoice": {
        "customer_id": 1,
        "currency": "EUR",
        "status": "draft",
        "issued_on": "2026-11-22",
        "due_on": None,
        "note": "n",
        "items": [{"product_id": 1, "quantity": 1}],
    },
    "camera": {"name": "a"},
    "movie": {"camera_id": 1, "seconds": 60},
    "sensor": {"name": "a"},
    "reading": {
        "sensor_id": 1,
        "measured_at": "2026-11-22T07:16:00Z",
        "value": "1.00",
        "unit": "°C",
    },
}
READ = {"json": wire.JSON.read, "xml": wire.XML.read}
VALUES = [  # of which each member takes some, and refuses the others
    *(None, True, 0, 1, -1, 7, 1.0, 1.5, 0.01, -0.5, 2**31 - 1, 2**31, 10**18 - 1, 10**18),
    *(10**10, -(10**10), 9999999999.99, 1e2, "", " ", "0", "1", "-1", "+1", " 1 ", "1.0", "1.00"),
    *("19.9", "19.90", "-0.01", ".5", "5.", "1.005", "9999999999.99", "10000000000", "1e2", "x"),
    *("x" * 200, "x" * 201, "𝒳" * 200, "𝒳" * 201, "x" * 4000, "x" * 4001, "a\tb\r\n"),
    *("a@b", "a@b@c", "@b", "a @b", "a@b\n", "EUR", "eur", "EUR\n", "EURO", "ÄÖÜ", "draft"),
    *("paid", "Draft", " draft", "2026-11-22", "2024-02-29", "2026-02-29", "0000-01-01"),
    *("2026-13-01", "2026-1-1", "2026-11-22Z", "10000-01-01", "2026-11-22T07:16:00Z"),
    *("2026-11-22T07:16:00", "2026-11-22T07:16:00+01:00", "2026-11-22T24:00:00Z"),
    *("2026-11-22T07:16:60Z", "2026-11-22t07:16:00z", "2026-02-30T07:16:00Z", "60", 60, 61),
    *([], {}, [1], {"a": 1}, [{}], [None], [{"product_id": 1, "quantity": 0}]),
    [{"product_id": 1, "quantity": 1}] * 200,
    [{"product_id": 1, "quantity": 1}] * 201,
    [{"product_id": 1, "quantity": 1, "unit_price": "1.001"}],
    [{"product_id": 1, "quantity": 1, "nonsense": 1}],
]
ONLY_JSON = ["\x00", "\x0b", "\ufffe", "\uffff"]  # no XML holds them


@pytest.fixture
def database_url(embedded_url: str) -> str:
    return embedded_url


def schema(client, name: str) -> Any:
    return client.get(f"/schemas/{name}.json").json


def is_valid(validate: Callable[[bytes], None], content: bytes) -> bool:
    try:
        validate(content)
    except (jsonschema.ValidationError, xmlschema.XMLSchemaValidationError):
        return False
    return True


def is_read(representation: Any, model: Any, content: bytes) -> bool:
    """Whether the content of a POST or PUT is read, up to rules that need the database."""
    try:
        model.accept(representation.decode(content, item_shape(model), None, 64))
    except (Malformed, Invalid):
        return False
    return True


# What there is


def test_the_index_has_every_type(client):
    items = client.get("/schemas").json["items"]
    assert sorted(each["name"] for each in items) == LISTED
    for each in items:
        assert each["links"] == {
            "json": f"/schemas/{each['name']}.json",
            "xsd": f"/schemas/{each['name']}.xsd",
        }


@pytest.mark.parametrize("name", LISTED)
def test_each_is_a_schema_whole_in_one_document(client, name):
    in_json, in_xml = (client.get(f"/schemas/{name}.{suffix}") for suffix in ("json", "xsd"))
    assert in_json.content_type == "application/schema+json"
    assert in_xml.content_type == "application/xml; charset=utf-8"
    jsonschema.Draft202012Validator.check_schema(in_json.json)
    assert in_json.json["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    references = {*re.findall(r'"\$ref":"([^"]*)"', in_json.text)}
    assert references == {f"#/$defs/{each}" for each in in_json.json["$defs"]}
    root = etree.fromstring(in_xml.data)
    etree.XMLSchema(root)
    xmlschema.XMLSchema(in_xml.data)
    assert not {each.tag for each in root} & {f"{XSD}{each}" for each in ("include", "import")}
    declared = [each.get("name") for each in root.findall(f"{XSD}element")]
    assert declared[0] == name.partition("-input")[0]
    defined = [each.get("name") for each in root.findall(f"{XSD}complexType")]
    assert declared[1:] == ([] if "-input" in name else defined[1:])


@pytest.mark.parametrize("path", ["/schemas", "/schemas/customer.json", "/schemas/customer.xsd"])
def test_they_are_kept_and_validated(client, path):
    first, second = client.get(path), client.get(path)
    assert first.headers["Cache-Control"] == "no-cache"
    assert first.headers["Vary"] == "Accept, Accept-Encoding"
    assert "hit" in second.headers["Cache-Status"]
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    ("path", "accept", "expected"),
    [
        ("customer.json", "application/json", "application/json"),
        ("customer.json", "application/*", "application/schema+json"),
        ("customer.json", "text/html, */*;q=0.1", "application/schema+json"),
        ("customer.json", "application/xml", None),
        ("customer.xsd", "text/xml", "text/xml; charset=utf-8"),
        ("customer.xsd", "application/*+xml", "application/xml; charset=utf-8"),
        ("customer.xsd", "application/json", None),
    ],
)
def test_a_schema_is_in_its_language(client, path, accept, expected):
    answer = client.get(f"/schemas/{path}", headers={"Accept": accept})
    if expected is None:
        assert answer.status_code == 406
        assert 'rel="alternate"' in answer.headers["Link"]
    else:
        assert answer.content_type == expected
        assert answer.data == client.get(f"/schemas/{path}").data


@pytest.mark.parametrize("name", ["nothing", "content", "Customer", "customer.xsd", "links", ""])
@pytest.mark.parametrize("suffix", ["json", "xsd"])
def test_of_what_is_no_type_there_is_none(client, name, suffix):
    assert client.get(f"/schemas/{name}.{suffix}").status_code == 404


# Representations link to theirs


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "home"),
        ("/customers", "customers"),
        ("/customers?after=&fields=first", "customers"),
        ("/customers/1", "customer"),
        ("/customers/1/invoices", "invoices"),
        ("/invoices/1/items?expand=product", "items"),
        ("/problems", "problem-types"),
        ("/problems/invalid", "problem-type"),
        ("/schemas", "schemas"),
        ("/healthz", "health"),
        ("/tasks", "tasks"),
        ("/customers/0", "problem"),
        ("/customers?nonsense=1", "problem"),
        ("/customers?format=nonsense", "problem"),
    ],
)
@pytest.mark.parametrize(
    ("accept", "suffix", "kind"),
    [
        ("application/json", "json", "application/schema+json"),
        ("application/xml", "xsd", "application/xml"),
        ("text/xml", "xsd", "application/xml"),
    ],
)
def test_a_representation_links_to_its_schema(client, path, name, accept, suffix, kind):
    answer = client.get(path, headers={"Accept": accept})
    link = f'</schemas/{name}.{suffix}>; rel="describedby"; type="{kind}"'
    assert answer.headers["Link"].count("describedby") == 1
    assert link in answer.headers["Link"]


@pytest.mark.parametrize("format", ["typed-xml", "msgpack", "csv", "ndjson"])
def test_what_no_schema_describes_links_to_none(client, format):
    assert "describedby" not in client.get(f"/customers?format={format}").headers["Link"]


def test_what_was_written_links_to_it_too(client):
    made = client.post("/customers", json=VALID["customer"])
    assert '</schemas/customer.json>; rel="describedby"' in made.headers["Link"]
    quiet = client.post(
        "/customers",
        json=VALID["customer"] | {"email": "c@d"},
        headers={"Prefer": "return=minimal"},
    )
    assert "Link" not in quiet.headers


@pytest.fixture
def located(database_url):
    """XML says where its schema is."""
    public = {"public_url": "https://api.example.org", "schema_locations": True}
    app = create_app(Settings(database_url=database_url, open_writes=True, **public))
    yield app.test_client()
    app.database.close()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/customers/1", "customer"),
        ("/customers?per_page=2", "customers"),
        ("/customers?stream=true", "customers"),
        ("/", "home"),
    ],
)
def test_xml_says_where_its_schema_is_by_configuration(client, located, path, name):
    where = "{http://www.w3.org/2001/XMLSchema-instance}noNamespaceSchemaLocation"
    as_xml = {"Accept": "application/xml"}
    root = etree.fromstring(located.get(path, headers=as_xml).data)
    assert root.get(where) == f"https://api.example.org/schemas/{name}.xsd"
    assert etree.fromstring(client.get(path, headers=as_xml).data).get(where) is None
    link = located.get(path).headers["Link"]
    assert f'<https://api.example.org/schemas/{name}.json>; rel="describedby"' in link


def test_what_says_where_its_schema_is_can_be_put_back(located):
    as_xml = {"Accept": "application/xml", "Content-Type": "application/xml"}
    content = located.get("/customers/1", headers=as_xml).data
    assert located.put("/customers/1", data=content, headers=as_xml).status_code == 200


# What they say


TEXT = {"type": "string", "maxLength": 200}
MONEY = {"type": "string", "pattern": r"^-?[0-9]{1,10}\.[0-9]{2}$"}
ID = {"type": "integer", "minimum": 1, "exclusiveMaximum": 10**18}
IGNORED = "The server's: what a client sends is ignored"
SAID = [
    ("customer", "first", TEXT),
    ("customer", "email", TEXT | {"pattern": r"^[^@ \t\r\n]+@[^@ \t\r\n]+$"}),
    ("customer", "phone", TEXT | {"type": ["string", "null"]}),
    ("product", "price", MONEY),
    ("product", "description", {"type": ["string", "null"], "maxLength": 4000}),
    ("product", "currency", {"type": "string", "pattern": "^[A-Z]{3}$"}),
    ("invoice", "id", ID),
    ("invoice", "number", {"type": ["integer", "null"]}),
    ("invoice", "customer", {"$ref": "#/$defs/customer"}),
    ("invoice", "status", {"type": "string", "enum": ["draft", "issued", "paid", "void"]}),
    ("invoice", "items", {"type": "array", "items": {"$ref": "#/$defs/item"}, "maxItems": 200}),
    ("item", "quantity", {"type": "integer", "minimum": 1, "exclusiveMaximum": 2**31}),
    ("customers", "items", {"type": "array", "items": {"$ref": "#/$defs/customer"}}),
    ("customers", "total", {"type": "integer", "minimum": 0}),
    ("problem", "status", {"type": "integer", "minimum": 0}),
    ("token", "access_token", {"type": "string"}),
    ("invoice-input", "items", {"type": ["array", "null"], "maxItems": 200,
                                "items": {"$ref": "#/$defs/item-input"}}),
    ("invoice-input", "customer_id", ID),
    ("product-input", "price", {"anyOf": [
        {"type": "string", "pattern": r"^-?[0-9]{1,10}(\.[0-9]{1,2})?$"},
        {"type": "number", "minimum": -9999999999.99, "maximum": 9999999999.99,
         "description": "With more than 2 digits after the point it is a 422."}]}),
    ("product-input", "updated_at", {"description": f"{IGNORED}."}),
    ("item-input", "id",
     {"description": f"{IGNORED}, except that an item of a list stays the row that has its id."}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "member", "said"), SAID)
def test_a_member_is_described(client, name, member, said):
    assert schema(client, name)["$defs"][name]["properties"][member] == said


REQUIRED = {
    "customer": ["id", "links"],
    "invoices": ["items", "links"],
    "customer-input": ["first", "last", "email"],
    "product-input": ["sku", "name", "price", "currency"],
    "invoice-input": ["customer_id", "currency"],
    "item-input": ["product_id", "quantity"],
    "problem": ["type", "title", "status", "detail", "instance"],
}


@pytest.mark.parametrize("name", REQUIRED)
def test_what_may_be_left_out_is_optional(client, name):
    assert schema(client, name)["$defs"][name]["required"] == REQUIRED[name]
    root = etree.fromstring(client.get(f"/schemas/{name}.xsd").data)
    members = root.find(f"{XSD}complexType[@name='{name}']/{XSD}all")
    wanted = [each.get("name") for each in members if each.get("minOccurs") != "0"]
    assert wanted == REQUIRED[name]


# What the server sends is valid: tests/checked.py holds every answer to it, but streams


@pytest.mark.parametrize("query", ["", "&expand=customer", "&fields=number", "&status=nonsense"])
@pytest.mark.parametrize(("format", "suffix"), [("json", "json"), ("xml", "xsd")])
def test_a_stream_is_valid(app, client, query, format, suffix):
    content = client.get(f"/invoices?stream=true&format={format}{query}").data
    compiled(suffix, document(app, "invoices", suffix))(content)


@pytest.mark.parametrize("format", ["json", "xml"])
def test_a_wrong_answer_fails_the_test_that_sees_it(embedded_url, format):
    app = create_app(Settings(database_url=embedded_url))
    app.types = {**app.types, "customer": Object("customer", {})}
    with pytest.raises((jsonschema.ValidationError, xmlschema.XMLSchemaValidationError)):
        app.test_client().get(f"/customers/1?format={format}")
    app.database.close()


# The input schema and the reader agree


def differing(name: str) -> list[dict[str, Any]]:
    """Contents that differ from a valid one in one member, and in one that there is not."""
    base = VALID[name]
    written = [member for member, each in MODELS[name].members().items() if not each.server_written]
    changed = [base | {member: value} for member in written for value in VALUES]
    left_out = [{key: base[key] for key in base if key != member} for member in base]
    return [*changed, *left_out, base | {"nonsense": "1"}, base]


@pytest.mark.parametrize("name", MODELS)
def test_what_is_valid_json_is_read_and_nothing_else(app, name):
    validate = compiled("json", document(app, f"{name}-input", "json"))
    text = next(iter(VALID[name])) if name != "item" else "description"
    more = [VALID[name] | {text: value} for value in ONLY_JSON if name in ("customer", "product")]
    for data in (*differing(name), *more):
        content = json.dumps(data).encode()
        assert is_valid(validate, content) == is_read(JSON, MODELS[name], content), content[:300]


@pytest.mark.parametrize("name", MODELS)
def test_what_is_valid_xml_is_read_and_nothing_else(app, name):
    validate = compiled("xsd", document(app, f"{name}-input", "xsd"))
    for data in differing(name):
        content = wire.xml(name, data)
        assert is_valid(validate, content) == is_read(XML, MODELS[name], content), content[:300]


@pytest.mark.parametrize(
    ("number", "is_allowed", "status"),
    [
        *((number, True, 201) for number in ("19.99", "0.07", "4.35", "9999999999.99", "-0.0")),
        *((number, True, 201) for number in ("1.100", "1e2", "1.10e0", "0e-9", "0e400")),
        *((number, True, 422) for number in ("1.005", "0.001", "1e-400")),
        *((number, False, 422) for number in ("1e10", "9999999999.991", "1e400", "-1e400")),
    ],
)
def test_an_amount_may_be_a_number(client, number, is_allowed, status):
    """By any validator, whose numbers are floats. How many digits it has no schema says."""
    content = json.dumps(VALID["product"]).replace('"1.00"', number)
    validator = jsonschema.Draft202012Validator(schema(client, "product-input"))
    assert validator.is_valid(json.loads(content)) == is_allowed
    kind = {"Content-Type": "application/json"}
    assert client.post("/products", data=content, headers=kind).status_code == status


@pytest.mark.parametrize("content", [b"[]", b"null", b'"x"', b"1"])
def test_what_is_no_object_is_not_valid(app, content):
    assert not is_valid(compiled("json", document(app, "customer-input", "json")), content)


@pytest.mark.parametrize("path", ["/customers/1", "/products/1", "/invoices/1", "/items/1"])
@pytest.mark.parametrize(("format", "suffix"), [("json", "json"), ("xml", "xsd")])
def test_what_was_read_is_valid_to_be_put_back(app, client, path, format, suffix):
    answer = client.get(f"{path}?format={format}")
    name = f"{path.split('/')[1].removesuffix('s')}-input"
    compiled(suffix, document(app, name, suffix))(answer.data)
    kind = {"Content-Type": f"application/{format}"}
    assert client.put(path, data=answer.data, headers=kind).status_code == 200


def known(data: Any) -> Any:
    """The content, all of whose references are to rows that there are."""
    if isinstance(data, list):
        return [known(each) for each in data]
    if not isinstance(data, dict):
        return data
    return {name: 1 if name.endswith("_id") else known(each) for name, each in data.items()}


BEYOND = re.compile(  # what no schema says: rules on several members, or on other rows
    "makes? an? (amount|total) of more than 12 digits|names another invoice"
)


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("format", ["json", "xml"])
def test_what_is_valid_is_taken(app, client, name, format):
    """Whatever the schema allows is written, but for conflicts with other rows and what no schema
    says."""
    validate, read = compiled("json", document(app, f"{name}-input", "json")), READ[format]
    path = BELOW.get(name, f"/{name}s")

    @settings(bounded, max_examples=25)
    @given(content_of(schema(client, f"{name}-input")))
    def check(data):
        assume(is_valid(validate, json.dumps(data).encode()))
        data = known(data)
        content = json.dumps(data).encode() if format == "json" else wire.xml(name, data)
        if format == "xml":
            compiled("xsd", document(app, f"{name}-input", "xsd"))(content)
        kind = {"Content-Type": f"application/{format}"}
        answer = client.post(f"{path}?format={format}", data=content, headers=kind)
        assert answer.status_code in (201, 202, 409, 422), answer.data
        if answer.status_code == 422:
            details = [each["detail"] for each in read(answer.data)["errors"]]
            assert all(BEYOND.match(each) for each in details), (data, details)

    check()
