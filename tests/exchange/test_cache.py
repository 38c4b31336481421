"""The server's cache, content codings and Cache-Control (RFC 9111, 9211; rows 60 to 72)."""

import gzip
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import brotli
import msgspec
import pytest
from cachelib.serializers import BaseSerializer
from flask import Blueprint

import exchange.cache
import exchange.release
import exchange.resting
from exchange.cache import LONGEST
from exchange.coding import OFFERED, compress, zstd
from exchange.decorators import item, kept
from exchange.release import release
from exchange.settings import Settings
from exchange.store import Kept, _MessagePack
from models import Customer, read
from negotiate.cache_control import Policy
from run import create_app
from tests.conftest import REDIS, free_port, is_answered, wait_for

HIT, MISS, STALE = "Parley; hit", "Parley; fwd=miss; stored", "Parley; fwd=stale; stored"


def status(answer) -> str | None:
    return answer.headers.get("Cache-Status")


def test_a_hit_is_the_same_answer_without_the_view(app, client, monkeypatch):
    first = client.get("/customers/1")
    monkeypatch.setattr(app, "perform", lambda *arguments: pytest.fail("the view was called"))
    again = client.get("/customers/1")
    assert (status(first), status(again)) == (MISS, HIT)
    assert again.data == first.data
    assert "Age" not in again.headers  # row 72
    for name in ("ETag", "Vary", "Cache-Control", "Link", "Content-Type", "Last-Modified"):
        assert again.headers[name] == first.headers[name]
    assert client.head("/customers/1").headers["ETag"] == first.headers["ETag"]


APART = [  # two requests that share nothing
    ("67: formats", ("/customers/1", {"Accept": "application/xml"}), ("/customers/1", {})),
    ("xml and text/xml", ("/customers/1?format=xml", {}), ("/customers/1?format=text-xml", {})),
    ("selections", ("/customers/1?fields=first", {}), ("/customers/1?fields=last", {})),
    ("pages", ("/customers?page=1&per_page=5", {}), ("/customers?page=2&per_page=5", {})),
    ("filters", ("/customers?id[in]=1,2", {}), ("/customers?id[in]=2,1", {})),
    ("codings", ("/customers", {"Accept-Encoding": "gzip"}), ("/customers", {})),
    ("repeated filters", ("/customers?id[ge]=2&id[ge]=1", {}), ("/customers?id[ge]=1", {})),
]


@pytest.mark.parametrize(("one", "other"), [row[1:] for row in APART], ids=[r[0] for r in APART])
def test_what_is_kept_apart(client, one, other):
    assert status(client.get(one[0], headers=one[1])) == MISS
    assert status(client.get(other[0], headers=other[1])) == MISS
    assert status(client.get(one[0], headers=one[1])) == HIT


def test_the_order_of_parameters_does_not_matter(client):
    first = client.get("/customers?per_page=5&sort=last&page=2")
    again = client.get("/customers?sort=last&page=2&per_page=5")
    assert (status(again), again.data) == (HIT, first.data)


NOT_KEPT = [
    ("an error", "/customers/99999", {}),
    ("no representation", "/customers/1", {"Accept": "image/png"}),
    ("a wrong filter", "/customers?id=x", {}),
    ("a stream", "/customers?stream=true", {}),
    ("with bad credentials", "/customers/1", {"Authorization": "Bearer x"}),
    ("leniently", "/customers?x=1", {"Prefer": "handling=lenient"}),
]


@pytest.mark.parametrize(
    ("path", "fields"), [row[1:] for row in NOT_KEPT], ids=[r[0] for r in NOT_KEPT]
)
def test_what_is_not_kept(client, path, fields):  # rows 68, 70
    for _ in range(2):
        assert status(client.get(path, headers=fields)) is None


REQUESTS = [  # Cache-Control of the request: its status, and that of the next one without
    ("no-store", "Parley; fwd=bypass", MISS),
    ("no-cache", "Parley; fwd=request; stored", HIT),  # row 71
    ("max-age=0", MISS, HIT),
    ("min-fresh=9, max-stale", MISS, HIT),
    ("No-Store", "Parley; fwd=bypass", MISS),
]


@pytest.mark.parametrize(("directive", "first", "then"), REQUESTS)
def test_what_a_request_asks_of_the_cache(client, directive, first, then):
    assert status(client.get("/customers/1", headers={"Cache-Control": directive})) == first
    assert status(client.get("/customers/1")) == then


@pytest.mark.parametrize("directive", ["no-store", "no-cache"])
def test_what_is_kept_is_passed_by(client, directive):
    client.get("/customers/1")
    answer = client.get("/customers/1", headers={"Cache-Control": directive})
    assert "hit" not in status(answer)


def test_only_if_cached(client):  # RFC 9111, 5.2.1.7
    asked = {"Cache-Control": "only-if-cached", "Accept": "application/xml"}
    answer = client.get("/customers/1", headers=asked)
    assert (answer.status_code, answer.content_type) == (
        504,
        "application/problem+xml; charset=utf-8",
    )
    client.get("/customers/1", headers={"Accept": "application/xml"})
    assert client.get("/customers/1", headers=asked).status_code == 200
    for more in ("no-store", "no-cache"):  # nothing that was kept may be looked up
        given = asked | {"Cache-Control": f"{more}, only-if-cached"}
        assert client.get("/customers/1", headers=given).status_code == 504


@pytest.mark.parametrize(
    "path", ["/customers/1", "/customers", "/invoices?expand=customer", "/customers/1/invoices"]
)
@pytest.mark.parametrize("format", ["json", "xml"])
def test_a_write_is_seen_at_once_wherever_it_shows(client, path, format):
    query = {"Accept": f"application/{format}"}
    before = client.get(path, headers=query)
    assert status(client.get(path, headers=query)) == HIT
    changed = client.get("/customers/1").json | {"company": "Changed & Co"}
    assert client.put("/customers/1", json=changed).status_code == 200
    after = client.get(path, headers=query)
    assert status(after) == STALE
    if path != "/customers/1/invoices":  # shows no member of the customer, but is of it
        assert b"Changed &" in after.data
        assert after.headers["ETag"] != before.headers["ETag"]


@pytest.mark.parametrize("format", ["json", "xml"])
def test_a_write_while_an_answer_is_made_is_not_hidden_by_it(app, monkeypatch, format):
    """The generation is read before the data: what a write overtakes is kept for nobody."""
    real, path = app.perform, f"/customers/1?format={format}"

    def overtaken(exchange, finish):
        def finish_late(exchange, data):
            shown = finish(exchange, data)
            monkeypatch.undo()
            content, kind = '{"company": "Öl"}', {"Content-Type": "application/merge-patch+json"}
            answer = app.test_client().patch("/customers/1", data=content.encode(), headers=kind)
            assert answer.status_code == 200
            return shown

        return real(exchange, finish_late)

    monkeypatch.setattr(app, "perform", overtaken)
    before = app.test_client().get(path)
    after = app.test_client().get(path)
    assert "Öl" not in before.text
    assert "Öl" in after.text
    assert after.headers["ETag"] != before.headers["ETag"]


def test_a_write_to_one_table_leaves_the_others(client):
    client.get("/products")
    changed = client.get("/customers/1").json | {"company": "X"}
    assert client.put("/customers/1", json=changed).status_code == 200
    assert status(client.get("/products")) == HIT


def test_a_write_that_fails_leaves_all(client):
    client.get("/customers/1")
    assert client.put("/customers/1", json={}).status_code == 422
    taken = client.get("/customers/1").json | {"email": "customer2@example.com"}
    assert client.put("/customers/1", json=taken).status_code == 409
    assert status(client.get("/customers/1")) == HIT


def test_who_is_gone_is_gone_everywhere(client):
    made = client.post("/customers", json={"first": "a", "last": "b", "email": "c@d.example"})
    path = made.headers["Location"]
    for each in (path, f"{path}/invoices"):
        assert client.get(each).status_code == 200
    assert client.delete(path).status_code == 204
    for each in (path, f"{path}/invoices"):
        assert client.get(each).status_code == 404


def test_a_post_is_never_answered_from_what_is_kept(client):  # row 69
    client.get("/customers")
    made = client.post("/customers", json={"first": "a", "last": "b", "email": "c@d.example"})
    assert made.status_code == 201


@pytest.mark.parametrize(
    ("longest", "made"), [(LONGEST, MISS), (100, "Parley; fwd=miss")], ids=["kept", "too large"]
)
def test_many_who_miss_at_once_are_one_build(app, monkeypatch, longest, made):
    built, real = [], app.perform

    def slow(*arguments):
        built.append(threading.get_ident())
        time.sleep(0.2)
        return real(*arguments)

    monkeypatch.setattr(app, "perform", slow)
    monkeypatch.setattr(exchange.cache, "LONGEST", longest)
    with ThreadPoolExecutor(4) as pool:
        answers = [*pool.map(lambda _: app.test_client().get("/customers"), range(4))]
    assert len(built) == 1
    assert sorted(map(status, answers)) == [made, *[f"{made}; collapsed"] * 3]
    assert len({answer.data for answer in answers}) == 1


def test_who_wants_it_anew_waits_for_nobody(app, monkeypatch):
    met, real = threading.Barrier(2, timeout=10), app.perform

    def meet(*arguments):
        met.wait()
        return real(*arguments)

    monkeypatch.setattr(app, "perform", meet)
    asked = {"Cache-Control": "no-cache"}
    with ThreadPoolExecutor(2) as pool:
        clients = [app.test_client() for _ in range(2)]
        answers = [*pool.map(lambda each: each.get("/customers", headers=asked), clients)]
    assert [answer.status_code for answer in answers] == [200, 200]


def test_an_error_is_of_the_request_that_met_it(app, monkeypatch):
    begun, failed, real, many = threading.Event(), threading.Event(), app.perform, iter(range(9))

    def fail_first(*arguments):
        if next(many):
            return real(*arguments)
        begun.set()
        failed.wait(10)
        raise RuntimeError

    monkeypatch.setattr(app, "perform", fail_first)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(app.test_client().get, "/customers")
        begun.wait(10)
        second = pool.submit(app.test_client().get, "/customers")
        time.sleep(0.05)
        failed.set()
        assert [first.result().status_code, second.result().status_code] == [500, 200]


# Content codings

DECODE = {"gzip": gzip.decompress, "br": brotli.decompress, "zstd": zstd.decompress}


@pytest.mark.parametrize("coding", DECODE)
@pytest.mark.parametrize("format", ["json", "xml", "csv"])
def test_a_coding_has_a_tag_of_its_own(client, coding, format):  # row 62
    path = f"/customers?format={format}"
    plain = client.get(path)
    coded = client.get(path, headers={"Accept-Encoding": coding})
    assert coded.headers["Content-Encoding"] == coding
    assert DECODE[coding](coded.data) == plain.data
    assert int(coded.headers["Content-Length"]) == len(coded.data) < len(plain.data)
    assert not coded.headers["ETag"].startswith("W/")
    assert coded.headers["ETag"] != plain.headers["ETag"]
    asked = {"Accept-Encoding": coding, "If-None-Match": coded.headers["ETag"]}
    assert client.get(path, headers=asked).status_code == 304
    assert client.get(path, headers={"If-None-Match": plain.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("coding", OFFERED)
def test_equal_content_is_equal_when_coded(coding, monkeypatch):
    """At any time, or a strong tag would name different bytes."""
    now = compress(coding, b"x" * 2000)
    monkeypatch.setattr(time, "time", lambda: 10**9)
    assert compress(coding, b"x" * 2000) == now
    assert DECODE[coding](now) == b"x" * 2000


@pytest.mark.parametrize(
    ("field", "coding"),
    [
        (None, None),
        ("", None),
        ("gzip;q=0", None),  # row 63
        ("identity", None),
        ("deflate", None),
        ("gzip;q=0.5, identity", None),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1, br;q=0.5", "gzip"),
        ("*", "zstd"),
        ("x-gzip", "gzip"),
    ],
)
def test_which_coding(client, field, coding):  # 12.5.3
    answer = client.get("/customers", headers={} if field is None else {"Accept-Encoding": field})
    assert answer.headers.get("Content-Encoding") == coding
    assert answer.headers["Vary"] == "Accept, Accept-Encoding"


def test_a_tag_is_of_the_bytes_that_are_sent(app, client, monkeypatch):  # 8.8.1
    asked = {"Accept-Encoding": "gzip"}
    tag = client.get("/customers", headers=asked).headers["ETag"]
    app.cache._store.clear()
    monkeypatch.setitem(OFFERED, "gzip", lambda content: gzip.compress(content, 1, mtime=0))
    assert client.get("/customers", headers=asked).headers["ETag"] != tag


def test_a_stream_is_never_coded(client):
    answer = client.get("/customers?stream=true", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Vary"] == "Accept"


def test_what_is_small_is_not_coded(client):
    answer = client.get("/items/1", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers
    assert len(answer.data) < 1024


def test_if_match_takes_the_tag_of_a_coding(client):
    draft = {"customer_id": 1, "currency": "EUR", "note": "x" * 2000}
    path = client.post("/invoices", json=draft).headers["Location"]
    coded = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert coded.headers["Content-Encoding"] == "gzip"
    given = {"If-Match": coded.headers["ETag"]}
    assert client.put(path, json=draft, headers=given).status_code == 200
    assert client.put(path, json=draft, headers=given).status_code == 412


# Policies


@pytest.mark.parametrize(
    ("path", "field"),
    [("/customers/1", "no-cache"), ("/", "no-cache"), ("/problems", "no-cache")],
)
def test_the_policy_is_no_cache_unless_said(client, path, field):
    answer = client.get(path)
    assert answer.headers["Cache-Control"] == field
    again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.headers["Cache-Control"]) == (304, field)


def test_errors_are_not_stored(client):
    for path in ("/customers/99999", "/nowhere", "/customers?x=1"):
        assert client.get(path).headers["Cache-Control"] == "no-store"


def test_a_resource_may_have_another_policy(database_url):
    blueprint = Blueprint("public", __name__)
    policy = Policy(public=True, max_age=60, stale_while_revalidate=30)
    view = kept(policy)(item(Customer)(lambda id: read(Customer, id)))
    blueprint.get("/public/<id:id>")(view)
    app = create_app(Settings(database_url=database_url, open_writes=True))
    app.access.needs["public"] = {"GET": "reader"}
    app.register_blueprint(blueprint, name="public")
    answer = app.test_client().get("/public/1")
    said = "public, max-age=60, stale-while-revalidate=30"
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, said)
    app.database.close()


# The store


def test_nothing_kept_can_be_code():
    assert _MessagePack().loads(BaseSerializer().dumps(print)) is None
    assert _MessagePack().loads(None) is None
    assert _MessagePack().loads(b"\xc1garbage") is None


def test_what_is_kept_is_as_it_was(app, client):
    client.get("/customers/1")
    (kept_one,) = [app.cache._store.get(key) for key in app.cache._store.cache._cache]
    assert isinstance(kept_one, Kept)
    assert kept_one.shown.content == client.get("/customers/1").data


def test_what_is_large_is_not_kept(client, monkeypatch):
    monkeypatch.setattr(exchange.cache, "LONGEST", 100)
    assert LONGEST > 100
    assert status(client.get("/customers")) == "Parley; fwd=miss"
    assert status(client.get("/customers")) == "Parley; fwd=miss"


def test_without_generations_nothing_is_kept(app, client):
    client.get("/customers/1")
    with app.database.writing.begin() as connection:
        connection.exec_driver_sql("DELETE FROM generations")
    assert status(client.get("/customers/1")) == "Parley; fwd=bypass"
    assert client.put("/customers/1", json=client.get("/customers/1").json).status_code == 200
    assert status(client.get("/customers/1")) == STALE  # the write made one


@pytest.mark.parametrize("is_there", [False, True], ids=["down", "silent"])
def test_without_its_server_answers_are_right_and_one_timeout_slower(database_url, is_there):
    with socket.socket() as silent:  # takes connections, and says nothing
        silent.bind(("127.0.0.1", 0))
        if is_there:
            silent.listen()
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        app = create_app(Settings(database_url=database_url, open_writes=True, cache_url=url))
        start = time.monotonic()
        answers = [app.test_client().get("/customers/1") for _ in range(20)]
        app.database.close()
    assert {answer.status_code for answer in answers} == {200}
    assert {status(answer) for answer in answers} == {"Parley; fwd=miss"}
    assert time.monotonic() - start < 3  # twenty timeouts would be more


def test_a_server_that_is_slow_is_asked_no_more(database_url, monkeypatch):
    app = create_app(Settings(database_url=database_url, cache_url="redis://127.0.0.1:1/0"))
    asked: list[str] = []

    def slow(key: str) -> None:
        asked.append(key)
        time.sleep(exchange.cache._SLOW * 1.1)

    monkeypatch.setattr(app.cache._store, "get", slow)
    answers = [app.test_client().get("/customers/1") for _ in range(9)]
    app.database.close()
    assert {answer.status_code for answer in answers} == {200}
    assert len(asked) == 1


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed")
def test_a_server_that_comes_back_has_nothing_stale(database_url, tmp_path, monkeypatch):
    """It stops, keeps what it has, and goes on; then it dies, and another one is there."""
    monkeypatch.setattr(exchange.resting, "REST", 0)
    port = free_port()
    url = f"redis://127.0.0.1:{port}/0"
    settings = Settings(
        database_url=database_url, cache_url=url, open_writes=True, rate_limits="off"
    )
    apps = [create_app(settings) for _ in range(2)]

    def read() -> tuple[str, str]:
        answers = [
            app.test_client().get("/customers/1", headers={"Accept": f"application/{format}"})
            for app in apps
            for format in ("json", "xml")
        ]
        assert {answer.status_code for answer in answers} == {200}
        companies = [
            str(re.search(r'company["<]?:?[">](.*?)["<]', answer.text)[1]) for answer in answers
        ]
        assert len({*companies}) == 1
        return companies[0], status(apps[0].test_client().get("/customers/1"))

    def write(company: str) -> None:
        content = f'{{"company": "{company}"}}'
        kind = {"Content-Type": "application/merge-patch+json"}
        answer = apps[1].test_client().patch("/customers/1", data=content, headers=kind)
        assert answer.status_code == 200

    write("One")
    with redis_server(port, tmp_path) as process:
        assert read() == ("One", HIT)
        process.send_signal(signal.SIGSTOP)
        assert read() == ("One", "Parley; fwd=miss")
        write("Two")
        assert read() == ("Two", "Parley; fwd=miss")
        process.send_signal(signal.SIGCONT)
        assert read() == ("Two", HIT)
    write("Three")
    assert read() == ("Three", "Parley; fwd=miss")
    with redis_server(port, tmp_path):
        assert read() == ("Three", HIT)
    for app in apps:
        app.database.close()


@contextmanager
def redis_server(port: int, folder) -> Iterator[subprocess.Popen[bytes]]:
    command = ["redis-server", "--port", str(port), "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield process
    finally:
        process.kill()
        process.wait(20)


def test_what_is_not_for_all_is_not_kept(database_url):
    app = create_app(Settings(database_url=database_url))
    blueprint = Blueprint("mine", __name__)
    for policy in (
        Policy(private=True),
        Policy(no_store=True),
        Policy(private=True, no_cache=True),
    ):
        view = kept(policy)(item(Customer)(lambda id: read(Customer, id)))
        path = f"/{policy.field.replace(', ', '-')}"
        blueprint.get(f"{path}/<id:id>", endpoint=path[1:])(view)
    app.register_blueprint(blueprint)
    for path in ("/private/1", "/no-store/1", "/private-no-cache/1"):
        for _ in range(2):
            assert status(app.test_client().get(path)) is None
    app.database.close()


def test_bytes_in_the_store_are_no_pickle(app, client):
    client.get("/customers/1")
    ((_, content),) = app.cache._store.cache._cache.values()
    assert msgspec.msgpack.decode(content)[1] == app.database.generation(Customer)


SETTINGS = [  # a setting with another value, whether servers that differ in it share answers
    ({"open_writes": True}, False),
    ({"max_terms": 1}, False),
    ({"per_page": 7}, False),
    ({"max_per_page": 70}, False),
    ({"public_url": "https://a.example"}, False),
    ({"schema_locations": True}, False),
    ({"secret_key": "x"}, False),
    ({"port": 1, "workers": 2, "threads": 9, "log_level": "error"}, True),
    ({"database_url": "sqlite:///other.db", "cache_url": "redis://other"}, True),
]


@pytest.mark.parametrize(("other", "is_shared"), SETTINGS, ids=lambda it: str(it))
def test_servers_that_differ_in_what_shows_share_no_answers(other, is_shared):
    assert (release(Settings(**other)) == release(Settings())) is is_shared


@pytest.mark.parametrize(
    "file", ["models/a.py", "representations/a.html", "representations/a.css", "vocabularies/a.xsl"]
)
def test_each_file_that_answers_are_made_of_makes_a_release(monkeypatch, tmp_path, file):
    monkeypatch.setattr(exchange.release, "_ROOT", tmp_path)
    monkeypatch.setattr(exchange.release, "_program", exchange.release._program.__wrapped__)
    found = [release(Settings())]
    (tmp_path / file).parent.mkdir()
    for content in ("1", "2"):
        (tmp_path / file).write_text(content)
        found.append(release(Settings()))
    assert len(set(found)) == 3


@pytest.mark.slow
def test_what_is_kept_in_redis_is_shared(database_url):
    if not is_answered(REDIS):
        pytest.skip(f"no Redis at {REDIS}")
    settings = Settings(database_url=database_url, open_writes=True, cache_url=REDIS)
    apps = [create_app(settings) for _ in range(2)]
    path = "/customers/1?fields=first,last"
    assert "hit" not in (status(apps[0].test_client().get(path)) or "")
    assert status(apps[1].test_client().get(path)) == HIT
    for app in apps:
        app.database.close()
