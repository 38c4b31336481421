"""The speed of whole requests, in process: from the WSGI call to the last byte of the answer."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from werkzeug.test import EnvironBuilder

from bench.plain_flask import create_app as create_plain
from bench.rounds import ROUNDS, Claim, Row, measure
from models.token import issue_key
from models.user import add_user
from run import create_app

_ROUNDS = 3 * ROUNDS  # what is compared differs by little


def rows(settings: Any) -> Iterator[Row]:
    """The claims on `GET /customers/1`, nothing cached."""
    app, plain = create_app(settings), create_plain(settings.database_url)
    times = measure(
        {
            "json": getting(app, "/customers/1", "application/json"),
            "xml": getting(app, "/customers/1", "application/xml"),
            "plain": getting(plain, "/customers/1", "application/json"),
        },
        _ROUNDS,
    )
    text = "GET /customers/1, nothing kept: throughput"
    yield Claim(f"{text} in xml, json = 1", "json", "xml", at_least=0.9).row(times)
    yield Claim(f"{text} in json, hand-written Flask = 1", "plain", "json", at_least=1).row(times)
    yield from _misses(app)
    yield _verifying(app)
    yield Claim(f"{text} in xml, hand-written Flask = 1", "plain", "xml", at_least=1).row(times)


def _verifying(app: Any) -> Row:
    """Of a token that was seen before, on the embedded database."""
    with app.database.unit(write=True):
        add_user("bench", "reader", "a password of the bench")
        token = issue_key("bench", None, "")
    times = measure({"token": lambda: app.access.verified(token)})
    micros = times["token"] * 1e6
    return (
        "verifying a token: microseconds",
        f"{micros:.1f}",
        "< 50",
        "yes" if micros < 50 else "NO",
    )


def _misses(app: Any) -> Iterator[Row]:
    for target in ("/customers/1", "/customers"):
        times = measure(
            {
                "miss": getting(app, target, "application/json", "no-cache"),
                "uncached": getting(app, target, "application/json"),
            },
            _ROUNDS,
        )
        text = f"GET {target}, made anew and kept: time, not kept = 1"
        yield Claim(text, "miss", "uncached", at_most=1.15).row(times)


def getting(app: Any, target: str, accept: str, directive: str = "no-store") -> Callable[[], bytes]:
    """One GET of the target, as a server would call the application; past what it keeps, unless
    the request has another directive for caches."""
    call = answering(app, target, accept, directive)
    return lambda: b"".join(call())


def answering(
    app: Any, target: str, accept: str, directive: str = "no-store"
) -> Callable[[], Iterable[bytes]]:
    """One GET of the target: the pieces of the answer. Refuses any but a 200."""
    path, _, query = target.partition("?")
    fields = {"Accept": accept, "Cache-Control": directive}
    builder = EnvironBuilder(path=path, query_string=query, headers=fields)
    environ = builder.get_environ()

    def start(status: str, headers: object, exc_info: object = None) -> None:
        if not status.startswith("200"):
            raise RuntimeError(f"{target}: {status}")

    return lambda: app.wsgi_app(dict(environ), start)
