"""Who may do what: every resource and method, for every role, in both formats (contract 7)."""

from time import time

import pytest

from exchange.settings import Settings
from models import ROLES, Model
from representations.html import assets
from resources import BLUEPRINTS, NEEDS
from run import create_app
from tests.people import bearing, token_of

ANYONES = (
    *("/", "/problems", "/problems/invalid", "/healthz", "/readyz", "/metrics"),
    *("/docs", "/schemas", "/schemas/customer.json", "/schemas/customer.xsd", "/openapi.json"),
)
ASSETS = tuple(f"/assets/{each.name}" for each in assets.ASSETS)  # in one representation alone
READS = (
    *("/customers", "/customers/1", "/customers/1/invoices", "/products", "/products/1"),
    *("/invoices", "/invoices/1", "/invoices/1/items", "/items/1"),
    *("/cameras", "/cameras/1", "/cameras/1/movies", "/movies/1"),
    *("/sensors", "/sensors/1", "/sensors/1/readings", "/readings/1"),
)
WRITES = (
    *(("POST", each) for each in ("/customers", "/customers/1/invoices", "/products")),
    *(("POST", each) for each in ("/invoices", "/invoices/1/items", "/cameras", "/sensors")),
    *(("POST", each) for each in ("/cameras/1/movies", "/sensors/1/readings")),
    ("DELETE", "/movies/1"),
    *(
        (method, each)
        for method in ("PUT", "PATCH", "DELETE")
        for each in (
            *("/customers/1", "/products/1", "/invoices/1", "/items/1"),
            *("/cameras/1", "/sensors/1", "/readings/1"),
        )
    ),
)
TASK = "/tasks/0123456789abcdefghij"
TASKS = (("GET", "/tasks", 200), ("GET", TASK, 404), ("DELETE", TASK, 404))
FORMATS = ("json", "xml")
TABLES = tuple(
    name for name, table in Model.metadata.tables.items() if table.info.get("kept", True)
)
UNREAD = {"Content-Type": "text/unread"}


def send(app, method, path, format="json", token=None, **fields):
    """The answer to a request with content that nothing reads: 415, for who may send any."""
    headers = {"Accept": f"application/{format}", **UNREAD, **fields}
    headers |= bearing(token) if token else {}
    return app.test_client().open(path, method=method, data=b"x", headers=headers)


def is_refused(answer, status, format="json"):
    assert answer.status_code == status, answer.data
    assert answer.mimetype == f"application/problem+{format}"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Vary"] == "Accept"
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)  # row 88: 11.6.1, 15.5.2
    return True


def test_the_tables_here_have_every_route_and_method(closed):
    adapter = closed.url_map.bind("test")
    tried = [("GET", each) for each in (*ANYONES, *ASSETS, *READS)] + [*WRITES]
    tried += [(method, path) for method, path, _ in TASKS]
    found = {(adapter.match(path, method)[0], method) for method, path in tried}
    there = {
        (rule.endpoint, method)
        for rule in closed.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if not rule.endpoint.startswith("tokens.")  # test_tokens.py
    }
    assert found == there


def test_every_resource_says_what_it_needs():
    beside = {"problems", "schemas", "openapi", "assets"}
    assert NEEDS.keys() == {blueprint.name for blueprint in BLUEPRINTS} | beside


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(("method", "path"), WRITES)
def test_who_may_write(closed, method, path, format):
    before = closed.database.generation_of(TABLES)
    assert before
    for token, status in ((None, 401), ("nonsense", 401), (closed.people["reader"], 403)):
        assert is_refused(send(closed, method, path, format, token), status, format)
    assert closed.database.generation_of(TABLES) == before  # nothing was written
    for role in ("writer", "admin"):
        admitted = send(closed, method, path, format, closed.people[role])
        assert admitted.status_code in ((204, 404, 409) if method == "DELETE" else (415,))


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("path", READS)
def test_who_may_read(closed, shut, path, format):
    for method in ("GET", "HEAD"):
        assert send(closed, method, path, format).status_code == 200
        assert is_refused(send(shut, method, path, format), 401, format)
        for app in (closed, shut):
            assert is_refused(send(app, method, path, format, "nonsense"), 401, format)
            for role in ROLES:
                assert send(app, method, path, format, app.people[role]).status_code == 200


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(("method", "path", "status"), TASKS)
def test_tasks_are_for_who_may_ask_for_work(closed, method, path, status, format):
    for token, refused in ((None, 401), ("nonsense", 401), (closed.people["reader"], 403)):
        assert is_refused(send(closed, method, path, format, token), refused, format)
    for role in ("writer", "admin"):
        assert send(closed, method, path, format, closed.people[role]).status_code == status


@pytest.mark.parametrize("path", ANYONES)
def test_what_anybody_may_read_whatever_credentials_they_have(shut, path):
    for token in (None, "nonsense", shut.people["reader"]):
        assert send(shut, "GET", path, token=token, Accept="*/*").status_code == 200


def test_what_is_not_declared_needs_the_highest_role(closed):
    del closed.access.needs["products"]
    statuses = {role: send(closed, "GET", "/products", token=closed.people[role]) for role in ROLES}
    assert [each.status_code for each in statuses.values()] == [403, 403, 200]
    assert is_refused(send(closed, "GET", "/products"), 401)


def test_options_and_what_there_is_not_need_nobody(shut):
    assert send(shut, "OPTIONS", "/customers").status_code == 204
    for path, method, status in (("/nothing", "GET", 404), ("/customers", "BREW", 405)):
        assert send(shut, method, path).status_code == status
    assert send(shut, "GET", "/customers", Accept="image/png").status_code == 406


def test_whether_there_is_a_row_is_not_told(shut):
    assert send(shut, "GET", "/customers/99999").status_code == 401


GOOD = ["Bearer {}", "bearer {}", "BEARER {}", "Bearer  {}", "Bearer {} "]  # 11.1
BAD = [
    *("{}", "Bearer", "Bearer ", "Bearer {}x", "Bearer x{}", "Token {}", "Basic {}", ","),
    *("Bearer {0}, Bearer {0}", "Bearer {0},Basic eDp5", "Bearer a=b", "Bearer token={}"),
    *("Digest username=x", "Basic eDp5", "Bearer \xe9", "Bearer " + "x" * 8000, "Bearer \x01"),
]
NONE = ["", " "]  # where nothing is needed, this is nothing


@pytest.mark.parametrize("field", GOOD)
def test_credentials_that_are_good(closed, field):
    field = field.format(closed.people["writer"])
    assert send(closed, "POST", "/customers", Authorization=field).status_code == 415


@pytest.mark.parametrize("field", BAD)
def test_credentials_that_are_bad_are_bad_where_none_are_needed_too(closed, field):
    field = field.format(closed.people["writer"])
    for method in ("GET", "POST"):
        answer = send(closed, method, "/customers", Authorization=field)
        assert is_refused(answer, 401)
        expected = 'Bearer realm="Parley", error="invalid_token"'  # RFC 6750, 3.1
        assert answer.headers["WWW-Authenticate"] == expected


@pytest.mark.parametrize("field", NONE)
def test_credentials_that_are_empty(closed, field):
    answer = send(closed, "POST", "/customers", Authorization=field)
    assert is_refused(answer, 401)
    assert send(closed, "GET", "/customers", Authorization=field).status_code == 200


def test_open_writes_opens_writing(app):
    assert send(app, "POST", "/customers").status_code == 415
    assert is_refused(send(app, "POST", "/customers", token="nonsense"), 401)


def test_a_query_carries_no_credentials(closed):
    token = closed.people["writer"]
    assert send(closed, "POST", f"/customers?access_token={token}").status_code == 401


# What is kept, and for whom


def kept_for(app, token=None, path="/customers/1"):
    return app.test_client().get(path, headers=bearing(token) if token else {})


def test_what_is_kept_is_kept_for_each_who_asks(shut):
    one, other = shut.people["reader"], shut.people["writer"]
    statuses = [kept_for(shut, token).headers["Cache-Status"] for token in (one, one, other, other)]
    assert ["hit" in each for each in statuses] == [False, True, False, True]
    answer = kept_for(shut)
    assert is_refused(answer, 401)
    assert "Cache-Status" not in answer.headers


@pytest.mark.parametrize("fields", [{}, {"If-None-Match": "*"}], ids=["200", "304"])
def test_what_needs_credentials_is_for_no_shared_cache(shut, closed, fields):  # RFC 9111, 3.5
    headers = fields | bearing(shut.people["reader"])
    private = shut.test_client().get("/customers/1", headers=headers)
    assert private.headers["Cache-Control"] == "private, no-cache"
    headers = fields | bearing(closed.people["reader"])
    anyones = closed.test_client().get("/customers/1", headers=headers)
    assert anyones.headers["Cache-Control"] == "no-cache"


def test_a_token_ends_with_its_time(closed, monkeypatch):
    with closed.database.unit(write=True):
        token = token_of("writer", seconds=10)
    assert send(closed, "GET", "/customers", token=token).status_code == 200
    later = time() + 11
    for module in ("models.accounts", "models.token"):
        monkeypatch.setattr(f"{module}.time", lambda: later)
    assert is_refused(send(closed, "GET", "/customers", token=token), 401)


def test_a_kept_answer_is_not_for_a_token_that_was_revoked_by_another(closed, database_url):
    token = closed.people["writer"]
    assert kept_for(closed, token).status_code == kept_for(closed, token).status_code == 200
    other = create_app(Settings(database_url=database_url))
    gone = other.test_client().delete("/tokens/current", headers=bearing(token))
    other.database.close()
    assert gone.status_code == 204
    assert is_refused(kept_for(closed, token), 401)
