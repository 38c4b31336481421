"""/openapi.json: valid, complete, and with examples that hold (issue 7, 2).

That no answer has a status, field, media type or parameter that it lacks is held by the client of
all tests (tests/checked.py).
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import validate

from exchange.settings import Settings
from exchange.shapes import item_shape
from models import Customer, Invoice, Item, Product
from representations import JSON, XML
from run import create_app
from tests.checked import check_described, compiled, document

MODELS = {"customer": Customer, "product": Product, "invoice": Invoice, "item": Item}
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
OPERATORS = ("eq", "ne", "lt", "le", "gt", "ge", "in", "like", "null")


@pytest.fixture
def database_url(embedded_url: str) -> str:
    return embedded_url


@pytest.fixture
def told(client) -> Any:
    return client.get("/openapi.json").json


def referred(told: Any, found: Any) -> Any:
    for step in found["$ref"].split("/")[1:] if "$ref" in found else ():
        told = told[step]
        found = told
    return found


def operations(told: Any) -> dict[str, Any]:
    return {each["operationId"]: each for path in told["paths"].values() for each in path.values()}


def contents(told: Any) -> Any:
    """Each media type of each content, with the type that it is of."""
    for operation in operations(told).values():
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for body in bodies:
            yield from referred(told, body).get("content", {}).items()


def test_it_is_valid(told):
    assert told["openapi"].startswith("3.1")
    validate(told)


def test_every_route_and_method_is_there(app, told):
    there = {
        (rule.rule.replace("<id:id>", "{id}").replace("<token:id>", "{id}")
         .replace("<name>", "{name}"), method.lower())
        for rule in app.url_map.iter_rules()
        for method in rule.methods & METHODS
    }  # fmt: skip
    assert {(path, method) for path, each in told["paths"].items() for method in each} == there
    assert len(operations(told)) == len(there)


def test_every_content_has_json_and_xml_with_examples(told):
    found = [*contents(told)]
    assert len(found) > 100
    for name, media in found:
        if name.partition(";")[0] in ("application/json", "application/xml", "text/xml"):
            assert "example" in media or media == {}, name


@pytest.mark.parametrize("name", [*MODELS, *(f"{name}s" for name in MODELS), "problem", "home"])
def test_examples_are_valid(app, told, name):
    of_type = {"$ref": f"#/components/schemas/{name}"}
    found = {kind: media["example"] for kind, media in contents(told)
             if media.get("schema") == of_type and "example" in media}  # fmt: skip
    problem = "problem+" if name == "problem" else ""
    in_json, in_xml = (found[f"application/{problem}{format}"] for format in ("json", "xml"))
    compiled("json", document(app, name, "json"))(json.dumps(in_json).encode())
    compiled("xsd", document(app, name, "xsd"))(in_xml.encode())


@pytest.mark.parametrize("name", MODELS)
def test_examples_of_what_may_be_sent_are_read(told, name):
    path = "/items/{id}" if name == "item" else f"/{name}s"
    operation = told["paths"][path]["put" if name == "item" else "post"]
    content, shape = operation["requestBody"]["content"], item_shape(MODELS[name])
    in_json = json.dumps(content["application/json"]["example"]).encode()
    in_xml = content["application/xml"]["example"].encode()
    read = [JSON.decode(in_json, shape, None, 64), XML.decode(in_xml, shape, None, 64)]
    accepted = [MODELS[name].accept(data) for data in read]
    assert accepted[0] == accepted[1]


def test_every_example_can_be_sent_as_it_is(client, told):
    """But for what other rows, and the state of this one, refuse."""
    sent = 0
    for path, method, name, example in written_examples(told):
        content = example if isinstance(example, str) else json.dumps(example)
        kind = {"Content-Type": name}
        answer = client.open(path.replace("{id}", "1"), method=method, data=content, headers=kind)
        assert answer.status_code in (200, 201, 202, 409), (method, path, name, answer.text)
        sent += answer.status_code != 409
    assert sent > 30


def written_examples(told: Any) -> Iterator[tuple[str, str, str, Any]]:
    for path, each in told["paths"].items():
        for method, operation in each.items():
            for name, media in operation.get("requestBody", {}).get("content", {}).items():
                if "example" in media:
                    yield path, method.upper(), name, media["example"]


@pytest.mark.parametrize(
    ("path", "changed"),
    [
        ("/customers/{id}", "first"),
        ("/invoices/{id}", "customer_id"),
        ("/items/{id}", "product_id"),
    ],
)
def test_an_example_of_a_patch_changes_what_must_be_there(told, path, changed):
    merge, operations, xml = told["paths"][path]["patch"]["requestBody"]["content"].values()
    value = merge["example"][changed]
    assert merge["example"] == {changed: value}
    assert operations["example"] == [{"op": "replace", "path": f"/{changed}", "value": value}]
    assert f"<{changed}>{value}</{changed}>" in xml["example"]


def test_what_stands_in_a_whole_that_is_to_be_made_does_not_refer_to_it(told):
    for path in ("/invoices", "/customers/{id}/invoices"):
        content = told["paths"][path]["post"]["requestBody"]["content"]
        (item,) = content["application/json"]["example"]["items"]
        assert "product_id" in item
        assert "invoice_id" not in item


def test_a_patch_has_no_more_operations_than_are_applied(app, told):
    content = told["paths"]["/customers/{id}"]["patch"]["requestBody"]["content"]
    most = content["application/json-patch+json"]["schema"]["maxItems"]
    assert most == app.settings.max_operations


@pytest.mark.parametrize(
    ("path", "name", "said"),
    [
        ("/customers/{id}", "text/html", {"schema": {"type": "string"}}),
        ("/customers", "text/html", {"schema": {"type": "string"}}),
        ("/customers", "text/csv", {"schema": {"type": "string"}}),
        ("/customers/{id}", "application/vnd.acme.customer+xml", {"schema": {"type": "string"}}),
        ("/movies/{id}", "video/mp4", {}),
        ("/movies/{id}", "image/png", {}),
        ("/tasks/{id}", "text/event-stream", {}),
    ],
)
def test_what_is_no_object_is_not_told_as_one(told, path, name, said):
    assert told["paths"][path]["get"]["responses"]["200"]["content"][name] == said


def test_parts_alone_are_sent_in_ranges(told):
    content = told["paths"]["/movies/{id}"]["get"]["responses"]["206"]["content"]
    assert content == {"video/mp4": {}, "image/png": {}}


CONDITIONS = {"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"}
RANGES = {"Range", "If-Range"}


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("show_customer", CONDITIONS),
        ("show_movie", CONDITIONS | RANGES),
        ("delete_customer", CONDITIONS),
        ("delete_item", CONDITIONS),
        ("cancel_task", CONDITIONS),
        ("revoke_token", set()),
        ("create_token", {"Idempotency-Key"}),
    ],
)
def test_fields_that_mean_something_are_listed(told, name, fields):
    listed = [referred(told, each) for each in operations(told)[name]["parameters"]]
    found = {each["name"] for each in listed if each["in"] == "header"}
    assert found == fields | {"X-Request-Id", "Prefer"}


@pytest.mark.parametrize("format", ["xml", "application/xml", "acme-customer", "text/html"])
def test_a_format_has_a_name_and_a_media_type(client, told, format):
    listed = told["paths"]["/customers/{id}"]["get"]["parameters"]
    (said,) = [each["schema"]["enum"] for each in listed if each.get("name") == "format"]
    assert format in said
    assert client.get(f"/customers/1?format={format}").status_code == 200


def test_schemas_say_their_xml(told):
    schemas = told["components"]["schemas"]
    assert schemas["customer"]["xml"] == schemas["customer-input"]["xml"] == {"name": "customer"}
    items = schemas["invoice"]["properties"]["items"]
    assert items["xml"] == {"wrapped": True}
    assert items["items"] == {"$ref": "#/components/schemas/item", "xml": {"name": "item"}}
    assert schemas["problem"]["xml"] == {"name": "problem", "namespace": "urn:ietf:rfc:7807"}


def test_each_element_of_a_problem_is_in_its_namespace(told):
    schemas, space = told["components"]["schemas"], {"namespace": "urn:ietf:rfc:7807"}
    members = schemas["problem"]["properties"]
    assert members["title"]["xml"] == space
    assert members["errors"]["xml"] == {"wrapped": True} | space
    assert members["errors"]["items"]["xml"] == {"name": "i"} | space
    assert members["errors"]["items"]["properties"]["pointer"]["xml"] == space
    of_task = schemas["task"]["properties"]["problem"]["anyOf"][0]
    assert of_task == {"$ref": "#/components/schemas/task-problem"}
    assert schemas["task-problem"]["xml"] == {"name": "task-problem"}
    assert "xml" not in schemas["task-problem"]["properties"]["title"]


def test_each_filter_stands_there_by_its_name(told):
    listed = told["paths"]["/invoices"]["get"]["parameters"]
    names = [referred(told, each)["name"] for each in listed]
    assert len(names) == len({*names})
    for name, is_text in (("total", False), ("status", True), ("customer.country", True)):
        wanted = {f"{name}[{each}]" for each in OPERATORS if is_text or each != "like"} | {name}
        assert {each for each in names if each.partition("[")[0] == name} == wanted
    assert {"page", "per_page", "after", "sort", "fields", "expand", "stream", "format"} <= {*names}
    nested = told["paths"]["/customers/{id}/invoices"]["get"]["parameters"]
    assert {"$ref": "#/components/parameters/invoices.total.ge"} in nested


def test_filters_say_their_bounds(app, told):
    filters, settings = told["components"]["parameters"], app.settings
    said = {name: filters[f"invoices.{name}"]["schema"] for name in ("note", "note.like", "id.in")}
    assert said["id.in"]["maxItems"] == settings.max_values
    assert said["note.like"] == said["note"] | {"maxLength": settings.max_pattern}
    assert re.search(said["note"]["pattern"], "a\tb")
    assert not re.search(said["note"]["pattern"], "a\x01b")


LINKS = {
    "show_customer": {"show_customer": "id", "list_invoices_of_customer": "id"},
    "show_invoice": {"show_invoice": "id", "list_items_of_invoice": "id",
                     "show_customer": "customer_id"},
    "show_item": {"show_item": "id", "show_invoice": "invoice_id", "show_product": "product_id"},
    "create_customer": {"show_customer": "id", "list_invoices_of_customer": "id"},
}  # fmt: skip


@pytest.mark.parametrize("name", LINKS)
def test_operations_lead_to_others(told, name):
    responses = operations(told)[name]["responses"]
    links = responses["201" if name.startswith("create") else "200"]["links"]
    assert {each["operationId"]: each["parameters"]["id"] for each in links.values()} == {
        target: f"$response.body#/{member}" for target, member in LINKS[name].items()
    }
    assert {*LINKS[name]} <= operations(told).keys()


@pytest.mark.parametrize(
    ("settings", "reads", "writes"),
    [
        ({}, [{}, {"bearer": []}], [{"bearer": []}]),
        ({"open_reads": False}, [{"bearer": []}], [{"bearer": []}]),
        ({"open_writes": True}, [{}, {"bearer": []}], [{}, {"bearer": []}]),
    ],
)
def test_security_is_that_of_the_settings(database_url, settings, reads, writes):
    app = create_app(Settings(database_url=database_url, **settings))
    found = operations(app.test_client().get("/openapi.json").json)
    app.database.close()
    assert found["show_customer"]["security"] == reads
    assert found["create_customer"]["security"] == writes
    assert found["create_token"]["security"] == [{"basic": []}]
    assert found["show_root"]["security"] == []


@pytest.mark.parametrize(
    "fault", ["route", "status", "field", "media type", "parameter"]
)  # fmt: skip
def test_what_it_lacks_fails_the_test_that_meets_it(app, client, told, monkeypatch, fault):
    operation = told["paths"]["/customers"]["get"]
    found = operation["responses"]["200"]
    if fault == "route":
        del told["paths"]["/customers"]
    elif fault == "status":
        del operation["responses"]["200"]
    elif fault == "field":
        del found["headers"]["ETag"]
    elif fault == "media type":
        del found["content"]["application/json"]
    else:
        operation["parameters"] = []
    answer = client.get("/customers?per_page=2")
    monkeypatch.setattr("tests.checked._openapi", lambda app: told)
    with pytest.raises((AssertionError, KeyError)):
        check_described(app, answer)
