"""The speed of whole requests, in process: from the WSGI call to the last byte of the answer."""

from collections.abc import Callable, Iterator
from typing import Any

from werkzeug.test import EnvironBuilder

from bench.plain_flask import create_app as create_plain
from bench.rounds import Claim, measure
from run import create_app

Row = tuple[str, str, str, str]


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


def getting(app: Any, path: str, accept: str) -> Callable[[], bytes]:
    """One GET of the path, as a server would call the application."""
    environ = EnvironBuilder(path=path, headers={"Accept": accept}).get_environ()

    def call() -> bytes:
        answer = app.wsgi_app(dict(environ), lambda status, headers: None)
        return b"".join(answer)

    return call
