"""Fuzzing by coverage: what a client can send to each parser, for as long as one likes.

test_fuzz starts it with a target of TARGETS, seconds, a folder that has the sample database, and
the URL of a server on it: libFuzzer ends a process without a word, so this one owns nothing.
Anything but the errors that a parser is said to raise, a hang of five seconds, or memory beyond two
gigabytes ends it with a file in the folder that has the bytes. What was found becomes a row of a
test.
"""

import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import atheris

with atheris.instrument_imports(
    include=["negotiate", "representations", "exchange", "models", "resources"]
):
    from exchange.shapes import item_shape
    from models import Invoice
    from negotiate import (
        accept,
        cache_control,
        conditional,
        content_coding,
        fields,
        http_date,
        idempotency,
        media_type,
        prefer,
        ranges,
    )
    from representations import JSON, MSGPACK, PATCHES, TYPED_XML, XML
    from representations.base import Malformed, Representation
    from representations.patch import Bounds, Inapplicable, Unprocessable

NOW = datetime(2026, 11, 25, tzinfo=UTC)
OFFERS = ("application/json", "application/xml", "text/xml", "text/csv")
SHAPE = item_shape(Invoice)
ROW = {
    "id": 1,
    "number": None,
    "customer_id": 1,
    "status": "draft",
    "note": "a",
    "items": [{"id": 1, "product_id": 1, "quantity": 2}],
    "links": {"self": "/invoices/1"},
}
ACCEPTED = b'text/html, application/xml;q=0.9;a="b,c", */*;q=0.1, application/*+xml'
SAMPLES = {
    "fields": [
        *(ACCEPTED, b'W/"a", "b,c", *', b'max-age=3, no-cache="a"'),
        *(b'return=minimal; a="b"', b"bytes=0-9,20-,-5"),
    ],
    "query": [
        b"total[ge]=100&sort=-id&fields=id",
        b"customer.country=Greece&after=&expand=customer",
    ],
    "json": [JSON.encode(ROW, SHAPE), b'{"a": [1.5e3, "\\ud800"]}'],
    "xml": [XML.encode(ROW, SHAPE), b'<?xml version="1.0" encoding="utf-16"?><a/>'],
    "typed-xml": [TYPED_XML.encode(ROW, SHAPE)],
    "msgpack": [MSGPACK.encode(ROW, SHAPE)],
    "patches": [
        b'[{"op": "copy", "from": "/items/0", "path": "/items/-"}]',
        b'{"note": null, "items": []}',
        b'<p:patch xmlns:p="urn:ietf:rfc:7351"><p:add sel="/invoice/items" pos="prepend"><item/>'
        b'</p:add><p:remove sel="/invoice/items/item[1]" ws="both"/></p:patch>',
    ],
    "http": [
        b"GET /customers/1 HTTP/1.1\r\nHost: a\r\nAccept: application/xml\r\n\r\n",
        b"POST /customers HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    ],
}


def field_parsers(data: bytes) -> None:
    text = data.decode("latin-1")
    accept.best_match(text, OFFERS)
    accept.explain(accept.for_problems(text), OFFERS)
    asked = conditional.Conditions(text, text, text, text)
    conditional.evaluate("GET", asked, conditional.Validators('"1.a-json"', 1, NOW), NOW)
    conditional.evaluate("PUT", asked, None, NOW)
    cache_control.request_directives(text, text)
    content_coding.codings(text)
    content_coding.best_coding(text, ("zstd", "gzip"))
    http_date.parse_date(text, NOW)
    media_type.MediaType.parse(text)
    prefer.preferences(text)
    fields.parameters(text)
    ranges.select(text, 1000)
    ranges.is_current(text, conditional.Validators('"1.a-mp4"', 1, NOW), NOW)
    with suppress(ValueError):
        idempotency.key(text)


def round_trip(format: Representation) -> Callable[[bytes], None]:
    """What is read can be written, and read as the same again."""
    read: Any = format.decode

    def check(data: bytes) -> None:
        with suppress(Malformed):
            found = read(data, SHAPE, None, 64)
            if isinstance(found, dict) and _is_writable(found):
                again = read(format.encode(found, SHAPE), SHAPE, None, 200)
                assert format.encode(again, SHAPE) == format.encode(found, SHAPE)

    return check


def _is_writable(data: Any) -> bool:
    """Whether every format can say it: text that XML cannot carry, and MessagePack's extension
    types, are refused by the models."""
    text = str(data)
    is_plain = "\\" not in text and "Ext object" not in text
    return text.isprintable() and len(text) < 10_000 and is_plain


def patches(data: bytes) -> None:
    for patch in PATCHES:
        with suppress(Malformed, Inapplicable, Unprocessable):
            patch.apply(data, ROW, SHAPE, None, Bounds(64, 100, 10_000))


def query(folder: Path, url: str) -> Callable[[bytes], None]:
    """A query string, of a collection and of an item in process: never a 5xx."""
    from exchange.settings import Settings
    from run import create_app

    settings = Settings(database_url=f"sqlite:///{folder}/parley.db", rate_limits="off")
    client = create_app(settings).test_client()

    def check(data: bytes) -> None:
        text = data.decode("latin-1")
        for path in ("/invoices", "/customers/1"):
            answer = client.get(path, environ_overrides={"QUERY_STRING": text})
            assert answer.status_code < 500, answer.data
            answer.close()

    return check


def http(folder: Path, url: str) -> Callable[[bytes], None]:
    """Bytes, to the server: no 5xx but 501, for methods that there are not; and it lives."""
    address = urlsplit(url).hostname, urlsplit(url).port

    def check(data: bytes) -> None:
        made = socket.create_connection(address, 10)
        with made as connection, suppress(ConnectionError):
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(65536)
            is_fault = answer.startswith(b"HTTP/1.1 5") and not answer.startswith(b"HTTP/1.1 501")
            assert not is_fault, answer

    return check


TARGETS: dict[str, Callable[[Path, str], Callable[[bytes], None]]] = {
    "fields": lambda *_: field_parsers,
    "json": lambda *_: round_trip(JSON),
    "xml": lambda *_: round_trip(XML),
    "typed-xml": lambda *_: round_trip(TYPED_XML),
    "msgpack": lambda *_: round_trip(MSGPACK),
    "patches": lambda *_: patches,
    "query": query,
    "http": http,
}


def main(name: str, seconds: str, folder: str, url: str) -> None:
    samples = Path(folder, "samples")
    samples.mkdir()
    for place, sample in enumerate(SAMPLES[name]):
        (samples / str(place)).write_bytes(sample)
    bounds = (f"-max_total_time={seconds}", "-timeout=5", "-rss_limit_mb=2048", "-max_len=4096")
    options = (*bounds, f"-artifact_prefix={folder}/")
    atheris.Setup([sys.argv[0], str(samples), *options], TARGETS[name](Path(folder), url))
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
