"""What holds for every request and answer: scripts of other origins, proxies, the public origin."""

import pytest
from pydantic import ValidationError

from exchange.settings import Settings
from run import create_app

OURS = "https://app.test"
READ = "Access-Control-Allow-Origin"
STS = "Strict-Transport-Security"


@pytest.fixture
def make(sample_file):
    """Makes applications with settings."""
    made = []

    def make(**settings):
        made.append(
            create_app(
                Settings(database_url=f"sqlite:///{sample_file}", open_writes=True, **settings)
            )
        )
        return made[-1]

    yield make
    for each in made:
        each.database.close()


ANSWERS = [
    # id, method, target, fields, status
    ("200", "GET", "/customers/1", {}, 200),
    ("200 that is kept", "GET", "/customers/1", {}, 200),
    ("HEAD", "HEAD", "/customers/1", {}, 200),
    ("304", "GET", "/customers/1", {"If-None-Match": "*"}, 304),
    ("304 of a stream", "GET", "/customers?stream=true", {"If-None-Match": "*"}, 304),
    ("a stream", "GET", "/customers?stream=true", {}, 200),
    ("OPTIONS", "OPTIONS", "/customers", {}, 204),
    ("400", "GET", "/customers?x=1", {}, 400),
    ("404", "GET", "/nowhere", {}, 404),
    ("405", "DELETE", "/", {}, 405),
    ("406", "GET", "/", {"Accept": "image/png"}, 406),
    ("412", "GET", "/customers/1", {"If-Match": '"x"'}, 412),
    ("414", "GET", "/?" + "a" * 9000, {}, 414),
    ("415", "POST", "/customers", {}, 415),
    ("431", "GET", "/", {"Accept": "," * 200}, 431),
]
answers = pytest.mark.parametrize(
    ("method", "target", "fields", "status"),
    [row[1:] for row in ANSWERS],
    ids=[row[0] for row in ANSWERS],
)


@pytest.fixture
def shared(make):
    return make(cors_origins=f"{OURS}, http://localhost:3000").test_client()


@answers
@pytest.mark.parametrize("origin", [OURS, "https://evil.test", "null", None])
def test_every_answer_says_whose_scripts_may_read_it(
    shared, method, target, fields, status, origin
):
    asked = fields | ({"Origin": origin} if origin else {})
    answer = shared.open(target, method=method, headers=asked)
    assert answer.status_code == status
    assert answer.headers.get(READ) == (OURS if origin == OURS else None)
    assert ("Access-Control-Expose-Headers" in answer.headers) == (origin == OURS)
    (vary,) = answer.headers.getlist("Vary")
    assert vary.startswith("Accept")
    assert vary.split(", ").count("Origin") == 1
    assert "Access-Control-Allow-Credentials" not in answer.headers


@answers
def test_without_configuration_no_script_may_read_anything(make, method, target, fields, status):
    asked = fields | {"Origin": OURS, "Access-Control-Request-Method": "PUT"}
    answer = make().test_client().open(target, method=method, headers=asked)
    assert answer.status_code == status
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
    assert "Origin" not in answer.headers["Vary"]


PREFLIGHT = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "if-match"}


def test_a_preflight(shared):
    answer = shared.options("/customers/1", headers=PREFLIGHT | {"Origin": OURS})
    assert answer.status_code == 204
    assert answer.headers[READ] == OURS
    assert answer.headers["Access-Control-Allow-Methods"] == answer.headers["Allow"]
    assert "PATCH" in answer.headers["Access-Control-Allow-Methods"]
    assert "If-Match" in answer.headers["Access-Control-Allow-Headers"]
    assert answer.headers["Access-Control-Max-Age"] == "600"


@pytest.mark.parametrize("fields", [PREFLIGHT | {"Origin": "https://evil.test"}, PREFLIGHT])
def test_a_preflight_that_is_not_allowed(shared, fields):
    answer = shared.options("/customers/1", headers=fields)
    assert answer.status_code == 204
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
    assert answer.headers["Vary"] == "Accept, Origin"


def test_every_origin_may_be_configured_and_then_nothing_varies(make):
    answer = make(cors_origins="*").test_client().get("/", headers={"Origin": "https://any.test"})
    assert answer.headers[READ] == "*"
    assert "Origin" not in answer.headers["Vary"]


@pytest.mark.parametrize("format", ["json", "xml"])
@pytest.mark.parametrize("path", ["/customers", "/customers/1"])
@pytest.mark.parametrize(
    ("query", "status"),
    [("a\xf4=1", 400), ("\xff", 400), ("%F4=1", 400), ("fields=last%2Cemail", 200)],
    ids=["a byte above 127", "never UTF-8", "the same, encoded", "what is encoded stays so"],
)
def test_a_query_is_ascii_whatever_the_server_lets_through(make, path, query, status, format):
    """RFC 3986, 2.1. Ours lets none through, but `run:app` is for every WSGI server."""
    asked = {"headers": {"Accept": f"application/{format}"}, "environ_overrides": {}}
    asked["environ_overrides"]["QUERY_STRING"] = query
    answer = make().test_client().get(path, **asked)
    assert answer.status_code == status
    problem = "application/problem+" if status == 400 else "application/"
    assert answer.mimetype == problem + format


@answers
def test_https_is_promised_where_it_is_public(make, method, target, fields, status):
    for origin, promised in (("https://api.test", True), ("http://api.test", False), ("", False)):
        client = make(public_url=origin).test_client()
        answer = client.open(target, method=method, headers=fields)
        assert answer.status_code == status
        assert (STS in answer.headers) == promised


def arrived(app, peer="10.0.0.1"):
    """The environ of a request over the proxy, as the application has it."""
    environ = {
        "REMOTE_ADDR": peer,
        "wsgi.url_scheme": "http",
        "HTTP_X_FORWARDED_FOR": "203.0.113.9, 192.0.2.7",
        "HTTP_X_FORWARDED_PROTO": "https",
    }
    app.edge.arrive(environ)
    return environ["REMOTE_ADDR"], environ["wsgi.url_scheme"]


def test_a_trusted_proxy_says_who_asks(make):
    app = make(trusted_proxies="10.0.0.0/8")
    assert arrived(app) == ("192.0.2.7", "https")
    assert arrived(app, "192.0.2.1") == ("192.0.2.1", "http")


def test_without_configuration_nobody_else_says_who_asks(make):
    assert arrived(make()) == ("10.0.0.1", "http")


@pytest.mark.parametrize("public", ["", "https://api.test"])
@pytest.mark.parametrize("media_type", ["application/json", "application/xml"])
def test_links_are_never_of_the_host_that_a_request_names(make, public, media_type):
    app = make(public_url=public, trusted_proxies="127.0.0.1")
    claims = {"Host": "evil.test", "X-Forwarded-Host": "evil.test", "Forwarded": "host=evil.test"}
    claims |= {"X-Forwarded-Proto": "https", "X-Original-URL": "/evil.test", "Accept": media_type}
    answer = app.test_client().get("/customers?per_page=2", headers=claims)
    assert answer.status_code == 200
    assert "evil.test" not in answer.text + str(answer.headers)
    assert f"<{public}/customers?" in answer.headers["Link"]


WRONG = [
    {"cors_origins": "app.test"},
    {"cors_origins": "null"},
    {"cors_origins": "https://app.test/"},
    {"cors_origins": "https://App.test"},
    {"cors_origins": "https://*.app.test/x"},
    {"trusted_proxies": "proxy.test"},
    {"trusted_proxies": "10.0.0.1/8"},
]


@pytest.mark.parametrize("settings", WRONG, ids=str)
def test_what_can_be_no_origin_or_address_is_refused(settings):
    with pytest.raises(ValidationError):
        Settings(**settings)
