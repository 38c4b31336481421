"""The speed of whole requests, in process: from the WSGI call to the last byte of the answer."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from werkzeug.test import EnvironBuilder

from bench.plain_flask import create_app as create_plain
from bench.rounds import Claim, Row, measure
from run import create_app


def rows(settings: Any) -> Iterator[Row]:
    """The claims on `GET /customers/1`, nothing cached."""
    app, plain = create_app(settings), create_plain(settings.database_url)
    times = measure(
        {
            "json": getting(app, "/customers/1", "application/json"),
            "xml": getting(app, "/customers/1", "application/xml"),
            "plain": getting(plain, "/customers/1", "application/json"),
        }
    )
    text = "GET /customers/1: throughput"
    yield Claim(f"{text} in xml, json = 1", "json", "xml", at_least=0.9).row(times)
    yield Claim(f"{text} in json, hand-written Flask = 1", "plain", "json", at_least=1).row(times)
    yield Claim(f"{text} in xml, hand-written Flask = 1", "plain", "xml", at_least=1).row(times)


def getting(app: Any, target: str, accept: str) -> Callable[[], bytes]:
    """One GET of the target, as a server would call the application."""
    call = answering(app, target, accept)
    return lambda: b"".join(call())


def answering(app: Any, target: str, accept: str) -> Callable[[], Iterable[bytes]]:
    """One GET of the target: the pieces of the answer. Refuses any but a 200."""
    path, _, query = target.partition("?")
    builder = EnvironBuilder(path=path, query_string=query, headers={"Accept": accept})
    environ = builder.get_environ()

    def start(status: str, headers: object) -> None:
        if not status.startswith("200"):
            raise RuntimeError(f"{target}: {status}")

    return lambda: app.wsgi_app(dict(environ), start)
