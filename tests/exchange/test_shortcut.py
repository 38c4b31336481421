"""What goes the short way is what the long way would have sent, and nothing else goes there."""

import pytest

from exchange.settings import Settings
from run import create_app

JSON, XML = "application/json", "application/xml"
# Of the moment, not of the answer.
MOMENT = ("X-Request-Id", "RateLimit", "X-RateLimit-Remaining", "X-RateLimit-Reset")


@pytest.fixture
def app(database_url):
    app = create_app(Settings(database_url=database_url, open_writes=True, cors_origins="http://a"))
    yield app
    app.database.close()


@pytest.fixture
def short(app, monkeypatch):
    """A client whose every request fails that Flask gets to see."""

    def ask(*arguments, **named):
        with monkeypatch.context() as patch:
            patch.setattr(app, "request_context", lambda environ: pytest.fail("the long way"))
            return app.test_client().open(*arguments, **named)

    return ask


def long(app, *arguments, **named):
    """The answer of Flask, which is then known."""
    learned, app.shortcut._known = app.shortcut._known, {}
    answer = app.test_client().open(*arguments, **named)
    app.shortcut._known |= learned
    return answer


def told(answer):
    fields = [each for each in answer.headers if each[0] not in MOMENT]
    return answer.status_code, sorted(fields), answer.data


ALIKE = [
    # id, target, method, fields
    ("json", "/customers/1", "GET", {}),
    ("xml", "/customers/1", "GET", {"Accept": XML}),
    ("format", "/customers/1?format=typed-xml", "GET", {}),
    ("head", "/customers", "HEAD", {}),
    ("a search", "/invoices?total[ge]=1&sort=-total&fields=total&expand=customer", "GET", {}),
    ("a cursor", "/invoices?after=&per_page=5", "GET", {}),
    ("a coding", "/customers", "GET", {"Accept-Encoding": "gzip"}),
    ("nested", "/customers/1/invoices", "GET", {}),
    ("no rows", "/problems/malformed", "GET", {}),
    ("another origin", "/customers/1", "GET", {"Origin": "http://a"}),
    ("validators that are not current", "/customers/1", "GET", {"If-None-Match": '"x"'}),
    ("304", "/customers/1", "GET", {"If-None-Match": "*"}),
    ("304 to head", "/customers/1", "HEAD", {"If-None-Match": "*"}),
]


@pytest.mark.parametrize(
    ("target", "method", "fields"), [r[1:] for r in ALIKE], ids=[r[0] for r in ALIKE]
)
def test_both_ways_send_the_same(app, short, target, method, fields):
    plain = {name: value for name, value in fields.items() if not name.startswith("If-")}
    long(app, target, method=method, headers=plain)  # is kept now
    expected = long(app, target, method=method, headers=fields)
    assert expected.headers["Cache-Status"] == "Parley; hit"
    assert told(short(target, method=method, headers=fields)) == told(expected)


ELSE = [
    # id, fields, status
    ("who shows credentials", {"Authorization": "Bearer x"}, 401),
    ("what only the view may answer", {"Cache-Control": "no-cache"}, 200),
    ("pragma", {"Pragma": "no-cache"}, 200),
    ("a preference", {"Prefer": "handling=lenient"}, 200),
    ("who asks for times", {"Server-Timing": "?1"}, 200),
    ("a precondition that fails", {"If-Match": '"x"'}, 412),
    ("a host that is none", {"Host": "a b"}, 400),
    ("a list that is too long", {"If-None-Match": '"x",' * 2000}, 431),
    ("another Accept", {"Accept": "text/plain;q=0.1, image/png"}, 406),
]


@pytest.mark.parametrize(("fields", "status"), [r[1:] for r in ELSE], ids=[r[0] for r in ELSE])
def test_what_decides_otherwise_goes_the_long_way(app, fields, status):
    client = app.test_client()
    client.get("/customers/1")
    assert client.get("/customers/1", headers=fields).status_code == status


def test_what_was_written_is_sent_at_once(app, short):
    client = app.test_client()
    client.get("/customers/1")
    assert short("/customers/1").json["phone"] != "1"
    patch = {"Content-Type": "application/merge-patch+json"}
    assert client.patch("/customers/1", data='{"phone": "1"}', headers=patch).status_code == 200
    assert client.get("/customers/1").json["phone"] == "1"
    assert short("/customers/1").json["phone"] == "1"


def test_a_row_that_is_gone_is_gone(app):
    client = app.test_client()
    client.get("/items/1")
    assert client.get("/items/1").headers["Cache-Status"] == "Parley; hit"
    invoice = client.get("/items/1").json["invoice_id"]
    status = client.get(f"/invoices/{invoice}").json["status"]
    assert client.delete("/items/1").status_code == (204 if status == "draft" else 409)
    assert client.get("/items/1").status_code == (404 if status == "draft" else 200)


def test_the_short_way_is_limited_and_counts_once(database_url):
    limited = create_app(Settings(database_url=database_url, rate_limits="reads 3/hour"))
    client = limited.test_client()
    answers = [client.get("/customers/1") for _ in range(5)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429, 429]
    assert [each.headers["X-RateLimit-Remaining"] for each in answers[:3]] == ["2", "1", "0"]
    assert answers[3].headers["Retry-After"]
    limited.database.close()


def test_what_is_remembered_has_bounds(app, monkeypatch):
    monkeypatch.setattr("exchange.shortcut._MOST", 3)
    for size in range(1, 9):
        assert app.test_client().get(f"/customers?per_page={size}").status_code == 200
    app.test_client().get("/customers/1", headers={"Accept": "*/*;a=" + "b" * 2000})
    assert 0 < len(app.shortcut._known) <= 3
    assert all(len(each or "") < 2000 for alike in app.shortcut._known for each in alike)
