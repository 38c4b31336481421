"""One line for each request, which nobody can forge and which keeps secrets (issue 5, 6)."""

import gc
import json
import logging
import re
from types import SimpleNamespace

import pytest
from lxml import etree
from werkzeug.test import EnvironBuilder

import exchange.streams
from exchange.log import make_logger, take_over
from exchange.settings import Settings
from exchange.times import SEEN
from models import Database
from models.search import Search
from representations import REPRESENTATIONS, VOCABULARIES
from representations.stylesheet import stylesheet
from run import create_app

MADE = re.compile("[0-9a-f]{32}")
FORMATS = ("application/json", "application/xml")


@pytest.fixture
def database_url(tmp_path, sample_file):
    """SQLite alone: what is tested here does not depend on the database."""
    copy = tmp_path / "parley.db"
    copy.write_bytes(sample_file.read_bytes())
    return f"sqlite:///{copy}"


def logged(capfd):
    """The lines that were logged since this was asked last."""
    return [json.loads(line) for line in capfd.readouterr().err.splitlines()]


LINES = {
    "a row": (
        ("GET", "/customers/1", {}, None),
        {"route": "/customers/<id:id>", "representation": "json", "status": 200, "cache": "miss"},
    ),
    "XML": (
        ("GET", "/customers/1", {"Accept": "application/xml"}, None),
        {"representation": "xml", "status": 200},
    ),
    "asked past the cache": (
        ("GET", "/customers/1", {"Cache-Control": "no-store"}, None),
        {"cache": "bypass"},
    ),
    "not acceptable": (
        ("GET", "/customers/1", {"Accept": "image/png"}, None),
        {"route": "/customers/<id:id>", "representation": "json", "status": 406, "cache": "none"},
    ),
    "an error in XML": (
        ("GET", "/nothing", {"Accept": "application/xml"}, None),
        {"route": "none", "representation": "xml", "status": 404},
    ),
    "no content": (
        ("OPTIONS", "/customers", {}, None),
        {"route": "/customers", "representation": "none", "status": 204, "bytes": 0},
    ),
    "a method that there is not": (
        ("BREW", "/customers", {}, None),
        {"route": "none", "method": "BREW", "status": 405},
    ),
    "a write": (
        ("POST", "/customers", {"Content-Type": "application/json"}, b'{"first": "Ann"}'),
        {"route": "/customers", "method": "POST", "status": 422, "cache": "none"},
    ),
}


@pytest.mark.parametrize(("asked", "told"), LINES.values(), ids=LINES)
def test_a_request_has_one_line(client, capfd, asked, told):
    method, path, fields, content = asked
    answer = client.open(path, method=method, headers=fields, data=content)
    (line,) = logged(capfd)
    assert line.items() >= told.items()
    assert line["event"] == "request"
    assert line["path"] == path
    assert line["method"] == method
    assert line["bytes"] == len(answer.data)
    assert line["address"] == "127.0.0.1"
    assert line["principal"] is None
    assert line["ms"] > 0
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line["time"])
    assert line["request_id"] == answer.headers["X-Request-Id"]


def test_hits_304_and_head_are_told(client, capfd):
    tag = client.get("/customers/1").headers["ETag"]
    client.get("/customers/1", headers={"If-None-Match": tag})
    client.head("/customers/1")
    lines = logged(capfd)
    assert [line["cache"] for line in lines] == ["miss", "hit", "hit"]
    assert [line["status"] for line in lines] == [200, 304, 200]
    assert [line["representation"] for line in lines] == ["json"] * 3
    assert [line["bytes"] > 0 for line in lines] == [True, False, False]


def test_who_asks_is_told(app, capfd):
    app.access.identify = lambda: SimpleNamespace(name="ann", role="reader")
    app.test_client().get("/customers/1", headers={"Authorization": "Bearer SECRET"})
    assert logged(capfd)[0]["principal"] == "ann"


IDS = {
    "a token": ("abc-123._~!#$%&'*+^`|Z", True),
    "the longest": ("x" * 128, True),
    "one longer": ("x" * 129, False),
    "empty": ("", False),
    "a space": ("a b", False),
    "a quote": ('a"b', False),
    "a colon": ("a:b", False),
    "two": ("a, b", False),
    "not ASCII": ("é", False),
    "a line feed": ("a\n", False),
    "a forged line": ('a\r\n{"event":"request"}', False),
}


@pytest.mark.parametrize(("given", "is_kept"), IDS.values(), ids=IDS)
def test_the_id_of_a_request_is_the_one_it_brings_if_that_is_a_token(app, given, is_kept):
    environ = {"HTTP_X_REQUEST_ID": given}
    app.observer.arrive(environ)
    made = SEEN.get().id
    assert (made == given) is is_kept
    assert is_kept or MADE.fullmatch(made)


@pytest.mark.parametrize("accept", FORMATS)
@pytest.mark.parametrize("path", ["/nothing", "/customers/1?nonsense=1", "/customers/1"])
def test_every_answer_has_an_id_and_a_problem_tells_it(client, accept, path):
    fields = {"Accept": accept, "X-Request-Id": "mine-1"}
    answer = client.get(path, headers=fields)
    assert answer.headers["X-Request-Id"] == "mine-1"
    if answer.status_code == 200:
        tag = answer.headers["ETag"]
        again = client.get(path, headers={**fields, "If-None-Match": tag, "X-Request-Id": "mine-2"})
        assert (again.status_code, again.headers["X-Request-Id"]) == (304, "mine-2")
    elif accept == "application/json":
        assert answer.json["request_id"] == "mine-1"
    else:
        told = etree.fromstring(answer.data).find("{urn:ietf:rfc:7807}request_id")
        assert told.text == "mine-1"


def test_an_id_is_not_kept_with_the_answer(client):
    first, second = client.get("/customers/1"), client.get("/customers/1")
    assert second.headers["Cache-Status"] == "Parley; hit"
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]
    assert first.headers["ETag"] == second.headers["ETag"]
    assert first.data == second.data


SECRET = "hunter2"
SECRETS = {
    "a field": ("GET", "/customers/1", {"Authorization": f"Bearer {SECRET}"}, None),
    "a query": ("GET", f"/customers?email={SECRET}", {}, None),
    "an error of a query": ("GET", f"/customers?nonsense={SECRET}", {}, None),
    "content": ("POST", "/customers", {"Content-Type": "application/json"}, SECRET.encode()),
    "a user agent": ("GET", "/customers/1", {"User-Agent": SECRET, "Cookie": SECRET}, None),
}


@pytest.mark.parametrize(("method", "path", "fields", "content"), SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize("log_format", ["json", "text"])
def test_the_log_keeps_secrets(database_url, capfd, method, path, fields, content, log_format):
    app = create_app(Settings(database_url=database_url, log_format=log_format, log_level="debug"))
    app.test_client().open(path, method=method, headers=fields, data=content)
    told = capfd.readouterr().err
    assert SECRET not in told
    assert "status" in told
    app.database.close()


def test_an_error_of_the_database_does_not_tell_what_it_was_asked(app, capfd):
    app.access.needs["raised"] = {"GET": "anyone"}

    @app.get("/broken")
    def broken():
        with app.database.engine.connect() as connection:
            connection.exec_driver_sql("SELECT ? FROM nowhere", (SECRET,))

    @app.get("/raised")
    def raised():
        try:
            broken()
        except Exception as error:
            raise RuntimeError("unexpected") from error

    assert app.test_client().get("/raised").status_code == 500
    told = logged(capfd)[0]["exception"]
    assert "nowhere" in told
    assert SECRET not in told


STYLESHEET = """<x:stylesheet version="1.0" xmlns:x="http://www.w3.org/1999/XSL/Transform">
<x:template match="/">{}</x:template></x:stylesheet>"""


@pytest.mark.parametrize(
    ("act", "told"),
    [
        ("<x:call-template name='nope'/>", ["out.xsl, line 2: The called template 'nope'"]),
        ("<x:message terminate='yes'>not this one</x:message>", []),
    ],
)
def test_a_stylesheet_that_fails_is_logged(app, client, capfd, tmp_path, monkeypatch, act, told):
    (tmp_path / "out.xsl").write_text(STYLESHEET.format(act))
    vocabulary = VOCABULARIES[0].encode.__self__
    monkeypatch.setattr(vocabulary, "_out", stylesheet(tmp_path / "out.xsl"))
    assert client.get(f"/customers/1?format={VOCABULARIES[0].name}").status_code == 406
    warned = [line["event"] for line in logged(capfd) if line["level"] == "warning"]
    assert len(warned) == len(told)
    assert all(part in line for part, line in zip(told, warned, strict=True))


HOSTILE = {
    "a line": "/a%0D%0A%7B%22event%22%3A%22request%22%7D",
    "a command to the terminal": "/%1B%5B2J%9B31m",
    "no UTF-8": "/%FF%FE",
    "very long": "/" + "x" * 5000,
    "names of a query": "/customers?a%0D%0Ab%1B=1",
    "very many names": "/customers?" + "&".join(f"n{each}=1" for each in range(500)),
    "a message": "/customers?stream=true&page=%0D%0A%1B",
}


@pytest.mark.parametrize("path", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("log_format", ["json", "text"])
def test_a_request_ends_no_line_and_commands_no_terminal(database_url, capfd, path, log_format):
    app = create_app(Settings(database_url=database_url, log_format=log_format))
    app.test_client().get(path)
    told = capfd.readouterr().err
    assert told.count("\n") == 1
    assert told.removesuffix("\n").isprintable()
    assert len(told) < 2000
    app.database.close()


def test_what_code_tells_commands_no_terminal_either(capfd):
    logger = make_logger(Settings(log_format="text"))
    logger.warning("%s: down", "/a\r\x1b[2J\ud800", why="\x9b31m")
    told = capfd.readouterr().err
    assert told.removesuffix("\n").isprintable()
    assert "/a" in told


@pytest.mark.parametrize(
    ("level", "statuses"),
    [("debug", [200, 404, 500, 504]), ("info", [200, 404, 500, 504]), ("error", [500])],
)
def test_the_level_decides_what_is_told(database_url, capfd, level, statuses):
    app = create_app(Settings(database_url=database_url, log_level=level))
    app.access.needs["broken"] = {"GET": "anyone"}
    app.get("/broken", endpoint="broken")(lambda: 1 / 0)
    for path in ("/customers/1", "/nothing", "/broken"):
        app.test_client().get(path)
    only = {"Cache-Control": "only-if-cached"}  # a 504 is what was asked for, and no fault
    assert app.test_client().get("/customers/2", headers=only).status_code == 504
    assert [line["status"] for line in logged(capfd) if line["event"] == "request"] == statuses
    app.database.close()


STREAMS = [each.name for each in REPRESENTATIONS if each.stream]


@pytest.mark.parametrize("format", STREAMS)
def test_a_stream_has_its_line_when_it_has_ended(client, capfd, format):
    answer = client.get(f"/customers?stream=true&format={format}", buffered=False)
    assert logged(capfd) == []
    size = sum(map(len, answer.response))
    answer.close()
    (line,) = logged(capfd)
    assert (line["rows"], line["bytes"], line["representation"]) == (20, size, format)
    assert "broken" not in line


def test_a_stream_that_its_client_leaves_is_told(client, capfd, monkeypatch):
    monkeypatch.setattr(exchange.streams, "BATCH", 3)
    answer = client.get("/customers?stream=true", buffered=False)
    size = len(next(iter(answer.response)))
    answer.close()
    (line,) = logged(capfd)
    assert line["broken"] is True
    assert line["bytes"] == size
    assert line["rows"] < 20


def test_a_stream_of_which_nothing_is_taken_is_told(app, capfd):
    environ = EnvironBuilder("/customers?stream=true").get_environ()
    app(environ, lambda status, fields, exc_info=None: None).close()
    (line,) = logged(capfd)
    assert (line["broken"], line["bytes"], line["rows"]) == (True, 0, 0)


def test_a_stream_that_its_server_forgets_is_told(app, capfd):
    environ = EnvironBuilder("/customers?stream=true").get_environ()
    pieces = app(environ, lambda status, fields, exc_info=None: None)
    next(iter(pieces))
    del pieces
    gc.collect()
    (line,) = logged(capfd)
    assert line["broken"] is True


def test_a_stream_that_fails_is_told_with_its_traceback(client, capfd, monkeypatch):
    def fail(self, size):
        yield []
        raise RuntimeError("half way")

    monkeypatch.setattr(Search, "batches", fail)
    answer = client.get("/customers?stream=true", buffered=False)
    with pytest.raises(RuntimeError):
        b"".join(answer.response)
    answer.close()
    error, line = logged(capfd)
    assert "half way" in error["exception"]
    assert error["request_id"] == line["request_id"]
    assert line["broken"] is True


def test_the_head_of_a_stream_has_a_line(client, capfd):
    client.head("/customers?stream=true")
    (line,) = logged(capfd)
    assert (line["status"], line["bytes"]) == (200, 0)


def test_libraries_are_heard_in_the_same_lines(app, capfd):
    before = logging.getLogger().handlers[:]
    try:
        take_over(app.logger)
        logging.getLogger("other").warning("of %s", "theirs")
        logging.getLogger("other").info("not this")
    finally:
        logging.getLogger().handlers = before
    (line,) = logged(capfd)
    assert (line["logger"], line["event"], line["level"]) == ("other", "of theirs", "warning")


TIMES = {
    "a miss": ("/customers/1", {"total", "cache", "view", "encode"}),
    "past the cache": ("/problems/nothing", {"total", "cache", "view"}),
    "a problem": ("/nothing", {"total"}),
}


@pytest.mark.parametrize(("path", "names"), TIMES.values(), ids=TIMES)
def test_times_are_told_who_asks(client, path, names):
    assert "Server-Timing" not in client.get(path).headers
    app = create_app(client.application.settings)
    answer = app.test_client().get(path, headers={"Server-Timing": "?1"})
    entries = [each.split(";dur=") for each in answer.headers["Server-Timing"].split(", ")]
    assert {name for name, _ in entries} == names
    assert all(float(duration) >= 0 for _, duration in entries)
    app.database.close()


def test_times_are_told_of_hits_and_never_kept(client):
    asked = {"Server-Timing": "?1"}
    client.get("/customers/1", headers=asked)
    hit = client.get("/customers/1", headers=asked)
    assert {each.partition(";")[0] for each in hit.headers["Server-Timing"].split(", ")} == {
        "total",
        "cache",
    }
    assert "Server-Timing" not in client.get("/customers/1").headers
    assert (
        "Server-Timing" not in client.get("/customers/1", headers={"Server-Timing": "?0"}).headers
    )


def test_a_database_that_is_down_is_a_warning_with_the_id(app, tmp_path, capfd):
    app.database = Database(f"sqlite:///{tmp_path / 'no' / 'folder.db'}")
    answer = app.test_client().get("/customers/1")
    told, line = logged(capfd)
    assert (told["level"], line["level"]) == ("warning", "error")
    assert told["request_id"] == answer.headers["X-Request-Id"]
