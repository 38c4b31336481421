"""The OWASP API Security Top 10 of 2023, the items about who may do what, in both formats.

API1, API2, API3 and API5; the others are in tests/http.
"""

import json

import pytest

from exchange.settings import Settings
from models import Accounts, Customer, Invoice, Item, Product
from models.session import connection
from models.token import tokens
from run import create_app
from tests.people import add_people, bearing
from tests.resources.test_every_resource import CUSTOMER, INVOICE, LINE, PRODUCT
from tests.resources.wire import XML, Wire


@pytest.fixture
def closed(database_url):
    app = create_app(Settings(database_url=database_url))
    app.people = add_people(app.database)
    yield app
    app.database.close()


@pytest.fixture
def wire(closed, format):
    """Speaks the format. Who writes has to say who it is."""
    return Wire(closed.test_client(), format)


@pytest.fixture
def writer(closed, wire):
    """The wire, with a token in every request."""
    wire.client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {closed.people['writer']}"
    return wire


# API1: broken object level authorization. What is below another object is reached through that
# object alone; and the only objects that somebody owns, tokens, have no address but their own.

OTHERS = [
    # id, path, type, data
    ("an invoice of another customer", "/customers/1/invoices", "invoice", {"customer_id": 2}),
    ("an item of another invoice", "/invoices/1/items", "item", {"invoice_id": 2}),
]


@pytest.mark.parametrize(
    ("path", "type", "data"), [row[1:] for row in OTHERS], ids=[row[0] for row in OTHERS]
)
def test_api1_what_is_below_an_object_is_that_objects(writer, path, type, data):
    (name,) = data
    sent = (INVOICE if type == "invoice" else LINE) | data
    answer = writer.write("POST", path, type, sent)
    assert writer.pointers(answer) == {writer.pointer(type, name)}


@pytest.mark.parametrize("id", ["1", "admin", "current/1", "0" * 64, "..", "current%2f..%2fadmin"])
def test_api1_a_token_of_another_has_no_address(closed, wire, id):
    with closed.database.unit(write=False):
        before = connection().scalars(tokens.select()).all()
    for role in closed.people:
        answer = wire.send("DELETE", f"/tokens/{id}", **bearing(closed.people[role]))
        assert answer.status_code == 404
    with closed.database.unit(write=False):
        assert connection().scalars(tokens.select()).all() == before


# API2: broken authentication. Passwords, tokens and their ends: test_tokens.py; fields that are no
# credentials: tests/exchange/test_access.py.

ELSEWHERE = [
    # id, query, fields
    ("in the query", "?access_token={}", {}),
    ("in a cookie", "", {"Cookie": "token={0}; access_token={0}; session={0}"}),
    ("in a field of its own", "", {"X-Api-Key": "{}", "X-Auth-Token": "{}"}),
    ("for a proxy", "", {"Proxy-Authorization": "Bearer {}"}),
    ("for somebody", "", {"X-Forwarded-User": "admin", "X-Remote-User": "admin", "From": "admin"}),
]


@pytest.mark.parametrize(
    ("query", "fields"), [row[1:] for row in ELSEWHERE], ids=[row[0] for row in ELSEWHERE]
)
def test_api2_a_token_counts_in_authorization_alone(closed, wire, query, fields):
    token = closed.people["admin"]
    sent = {name: value.format(token) for name, value in fields.items()}
    data = wire.format.write("customer", CUSTOMER)
    answer = wire.send("POST", f"/customers{query.format(token)}", data, **sent)
    assert wire.pointers(answer, 401) == set()
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Parley"'
    assert token not in answer.text


@pytest.mark.parametrize("token", ["", "null", "undefined", "None", "admin", "1", "' OR 1=1 --"])
def test_api2_no_token_can_be_guessed(wire, token):
    data = wire.format.write("customer", CUSTOMER)
    assert wire.send("POST", "/customers", data, **bearing(token)).status_code == 401


def test_api2_a_digest_is_no_token(closed, wire):
    proof = Accounts(closed.database).of_token(closed.people["admin"]).proof
    data = wire.format.write("customer", CUSTOMER)
    assert wire.send("POST", "/customers", data, **bearing(proof)).status_code == 401


# API3: broken object property level authorization. Members of the server are ignored (each of them:
# test_every_resource.py), those of the database are none, and nothing else is shown.

MODELS = [
    ("/customers", "customer", CUSTOMER, Customer),
    ("/products", "product", PRODUCT, Product),
    ("/invoices", "invoice", INVOICE, Invoice),
    ("/invoices/{draft}/items", "item", LINE, Item),
]
NO_MEMBERS = ("version", "role", "owner", "is_admin", "password", "hidden", "__class__", "metadata")


@pytest.mark.parametrize(("path", "type", "data", "model"), MODELS, ids=[r[1] for r in MODELS])
@pytest.mark.parametrize("name", NO_MEMBERS)
def test_api3_what_is_no_member_is_refused(writer, path, type, data, model, name):
    path = path.format(draft=writer.make("/invoices", "invoice", INVOICE)["id"])
    answer = writer.write("POST", path, type, data | {name: "7"})
    assert writer.pointers(answer) == {writer.pointer(type, name)}


@pytest.mark.parametrize(("path", "type", "data", "model"), MODELS, ids=[r[1] for r in MODELS])
def test_api3_what_only_the_server_writes_is_ignored(writer, path, type, data, model):
    path = path.format(draft=writer.make("/invoices", "invoice", INVOICE)["id"])
    server = [name for name, member in model.members().items() if member.server_written]
    made = writer.make(path, type, data | dict.fromkeys(server, "777777"))
    assert server
    assert [name for name in server if made[name] in ("777777", "777777.00")] == []


def test_api3_a_patch_writes_no_more_than_a_put(writer):
    path = writer.make("/customers", "customer", CUSTOMER)["links"]["self"]
    if writer.format is XML:
        kind = "application/xml-patch+xml"
        content = (
            b'<p:patch xmlns:p="urn:ietf:rfc:7351"><p:add sel="/customer"><role>admin</role>'
            b"</p:add></p:patch>"
        )
    else:
        kind, content = "application/merge-patch+json", json.dumps({"role": "admin"}).encode()
    answer = writer.send("PATCH", path, content, Content_Type=kind)
    assert writer.pointers(answer) == {writer.pointer("customer", "role")}


# API5: broken function level authorization. Every method of every resource, for every role:
# tests/exchange/test_access.py. Here, ways around.

AROUND = [
    # id, method, path, fields, status
    ("another method in a field", "GET", "/customers/1", {"X-HTTP-Method-Override": "DELETE"}, 200),
    ("and in another", "GET", "/customers/1", {"X-Method-Override": "PUT"}, 200),
    ("a method in lower case", "delete", "/customers/1", {}, 405),
    ("two slashes", "DELETE", "//customers/1", {}, 404),
    ("a slash after it", "DELETE", "/customers/1/", {}, 404),
    ("a capital", "DELETE", "/Customers/1", {}, 404),
    ("from another resource", "DELETE", "/products/../customers/1", {}, 404),
    ("another URL in a field", "GET", "/", {"X-Original-URL": "/customers/1"}, 200),
    ("nobody else's resources", "GET", "/users", {}, 404),
    ("nor keys", "POST", "/keys", {}, 404),
]


@pytest.mark.parametrize("role", [None, "reader"])
@pytest.mark.parametrize(
    ("method", "path", "fields", "status"), [row[1:] for row in AROUND], ids=[r[0] for r in AROUND]
)
def test_api5_there_is_no_way_around(closed, wire, role, method, path, fields, status):
    before = wire.get("/customers/1")
    token = bearing(closed.people[role]) if role else {}
    assert wire.send(method, path, **fields, **token).status_code == status
    assert wire.get("/customers/1") == before
