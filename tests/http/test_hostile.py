"""Content that is meant to harm: it is refused as a problem, soon, and the server stays as it was.

Chapter 1 of the contract, "Request content". A row holds the content and the statuses that may
answer it: 400 is not parsed, 422 parses and is impossible, 413 is too much.
"""

import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Server
from tests.http.wire import (
    CODERS,
    JSON,
    MSGPACK,
    SECONDS,
    TEXT_XML,
    TYPED,
    XML,
    Answer,
    chunked,
    customer,
    get,
    post,
    remove,
    request,
    send,
)

LIMIT = 2**20  # bytes of decoded content
DEPTH = 64  # levels of nesting
MEMORY = 64 * 2**20  # bytes by which the server may grow
SECRET = "the secret of the file"


def memory(server: Server, field: str) -> int:
    """A size of the worker in bytes: VmRSS, or the most it was since it was forgotten, VmHWM."""
    lines = Path(f"/proc/{worker(server)}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{field}:"))


def worker(server: Server) -> str:
    main = server.process.pid
    return Path(f"/proc/{main}/task/{main}/children").read_text().split()[-1]


@pytest.fixture(autouse=True)
def _unharmed(server: Server) -> Iterator[None]:
    """After each test the same worker answers, without delay, and not much larger."""
    same, size, start = worker(server), memory(server, "VmRSS"), time.monotonic()
    yield
    assert time.monotonic() - start < SECONDS
    assert get(server.port, "/customers/1").status == 200
    assert worker(server) == same
    assert memory(server, "VmRSS") - size < MEMORY


@pytest.fixture
def _at_no_time_large(server: Server) -> Iterator[None]:
    """Not even while it reads does the worker grow by more than is allowed afterwards."""
    Path(f"/proc/{worker(server)}/clear_refs").write_text("5")
    size = memory(server, "VmHWM")
    yield
    assert memory(server, "VmHWM") - size < MEMORY


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Places that no parser may open: a file, a pipe that nobody writes to, a server.

    Fails if the server was reached.
    """
    (tmp_path / "secret.txt").write_text(SECRET)
    os.mkfifo(tmp_path / "pipe")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        port = listener.getsockname()[1]
        yield {
            "file": f"file://{tmp_path}/secret.txt",
            "path": f"{tmp_path}/secret.txt",
            "pipe": f"file://{tmp_path}/pipe",
            "http": f"http://127.0.0.1:{port}/x.dtd",
        }
        with pytest.raises(BlockingIOError):
            listener.accept()


def refuse(answer: Answer, *statuses: int) -> None:
    """The answer is the problem of one of the statuses, and tells nothing from inside."""
    assert answer.status in statuses, answer
    answer.check_problem(answer.status)
    assert SECRET.encode() not in answer.content


def element(first: str = "Ann", before: str = "", attributes: str = "", more: str = "") -> str:
    members = f"<first>{first}</first><last>Bee</last><email>ann@hostile.test</email>{more}"
    return f"{before}<customer{attributes}>{members}</customer>"


def doctype(subset: str, used: str = "&e;") -> str:
    return element(used, f"<!DOCTYPE customer [{subset}]>")


def nested(levels: int) -> str:
    return "<customer>" + "<a>" * (levels - 1) + "</a>" * (levels - 1) + "</customer>"


LAUGHS = '<!ENTITY a0 "ha">' + "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)
)
SPACES = "".join(f' xmlns:a{n}="u"' for n in range(60_000))
INCLUDE = '<i:include xmlns:i="http://www.w3.org/2001/XInclude" parse="text" href="{file}"/>'

XML_ROWS = [
    # id, document, statuses
    ("internal entity", doctype('<!ENTITY e "x">'), 400),
    ("internal entity, not used", doctype('<!ENTITY e "x">', "Ann"), 400),
    ("entity from a file", doctype('<!ENTITY e SYSTEM "{file}">'), 400),
    ("entity from a path", doctype('<!ENTITY e SYSTEM "{path}">'), 400),
    ("entity from a pipe", doctype('<!ENTITY e SYSTEM "{pipe}">'), 400),
    ("entity from a server", doctype('<!ENTITY e SYSTEM "{http}">'), 400),
    ("entity from the passwords", doctype('<!ENTITY e SYSTEM "file:///etc/passwd">'), 400),
    ("public entity from a server", doctype('<!ENTITY e PUBLIC "-//x//y" "{http}">'), 400),
    ("entity in an attribute", element("Ann", '<!DOCTYPE a [<!ENTITY e "x">]>', ' x="&e;"'), 400),
    ("entity that nobody declared", element("&e;"), 400),
    ("entity of html", element("&nbsp;"), 400),
    ("DTD from a file", element(before='<!DOCTYPE customer SYSTEM "{file}">'), 400),
    ("DTD from a pipe", element(before='<!DOCTYPE customer SYSTEM "{pipe}">'), 400),
    ("DTD from a server", element(before='<!DOCTYPE customer SYSTEM "{http}">'), 400),
    ("public DTD from a server", element(before='<!DOCTYPE a PUBLIC "-//x//y" "{http}">'), 400),
    ("parameter entity", doctype('<!ENTITY % p SYSTEM "{http}"> %p;', "Ann"), 400),
    ("parameter entity from a pipe", doctype('<!ENTITY % p SYSTEM "{pipe}"> %p;', "Ann"), 400),
    ("parameter entity, not used", doctype('<!ENTITY % p SYSTEM "{http}">', "Ann"), 400),
    ("billion laughs", doctype(LAUGHS, "&a9;"), 400),
    (
        "billion laughs in an attribute",
        element("Ann", f"<!DOCTYPE a [{LAUGHS}]>", ' x="&a9;"'),
        400,
    ),
    ("quadratic", doctype(f'<!ENTITY e "{"x" * 50_000}">', "&e;" * 50_000), 400),
    ("entity within itself", doctype('<!ENTITY e "&e;">'), 400),
    ("attribute by default", doctype('<!ATTLIST first x CDATA "y">', "Ann"), 400),
    ("DOCTYPE alone", element(before="<!DOCTYPE customer>"), 400),
    ("DOCTYPE with nothing inside", doctype("", "Ann"), 400),
    ("DOCTYPE of html", element(before="<!DOCTYPE html>"), 400),
    ("300 levels", nested(300), 400),
    ("row 38: 3,000 levels", nested(3000), 400),
    ("100,000 levels", nested(100_000), 400),
    ("100,000 levels, none closed", "<customer>" + "<a>" * 100_000, 400),
    ("250,000 elements", f"<customer>{'<a/>' * 250_000}</customer>", 400),
    ("300,000 elements", f"<customer>{'<a/>' * 300_000}</customer>", 413),
    ("90,000 members", element(more="".join(f"<a{n}/>" for n in range(90_000))), 422),
    ("90,000 attributes", element(attributes="".join(f' a{n}=""' for n in range(90_000))), 400),
    ("60,000 name spaces", f"<customer{SPACES}/>", 422),
    ("a name of 60,000 characters", element(more=f"<{'a' * 60_000}/>"), 400, 422),
    ("a name of a million characters", element(more=f"<{'a' * 500_000}/>"), 400, 422),
    ("an attribute twice", element(attributes=' a="1" a="2"'), 400),
    ("an attribute that nobody reads", element(attributes=' a="1"'), 400),
    ("an element twice", element(more="<first>Bob</first>"), 400),
    ("an element twice, by its attribute", element(more='<key name="first">Bob</key>'), 400),
    ("declared utf-7", element("+ADw-", '<?xml version="1.0" encoding="UTF-7"?>'), 400),
    ("XInclude", element(INCLUDE), 400, 422),
    ("XInclude in place of a member", element(more=INCLUDE), 400, 422),
    ("another name space", element(attributes=' xmlns="urn:other"'), 400),
    ("another root", "<product/>", 400),
    ("text beside elements", element(more="text"), 400),
    ("text after the end", element() + "text", 400),
    ("two documents", element() + element(), 400),
    ("a declaration after the start", element(before=' <?xml version="1.0"?>'), 400),
    ("no document", "", 400),
    ("white space alone", " \n ", 400),
    ("json", '{"first": "Ann"}', 400),
    ("a tag that is not closed", element()[:-1], 400),
    ("a comment that is not closed", element() + "<!-- ", 400),
    ("a NUL", element("a\0b"), 400),
    ("a reference to NUL", element("&#0;"), 400),
    ("a reference to a control character", element("&#x1b;"), 400),
    ("a reference to a surrogate", element("&#xD800;"), 400),
    ("a reference beyond Unicode", element("&#99999999999999;"), 400),
    ("a prefix that nobody declared", element(more="<x:y/>"), 400),
    ("a text of a million characters", element("a" * 1_000_000), 422),
]


@pytest.mark.parametrize("media_type", [XML, TYPED])
@pytest.mark.parametrize(
    ("document", "statuses"),
    [pytest.param(row[1], row[2:], id=row[0]) for row in XML_ROWS],
)
def test_xml(server: Server, outside, document, statuses, media_type):
    """Any DOCTYPE is a 400; no entity is expanded, no file or address opened."""
    for name, place in outside.items():
        document = document.replace(f"{{{name}}}", place)
    refuse(post(server.port, media_type, document.encode()), *statuses)


TRANSPARENT = [
    ("a style sheet", '<?xml-stylesheet href="{http}"?>', ""),
    ("a model", '<?xml-model href="{pipe}"?>', ""),
    (
        "the place of a schema",
        "",
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xsi:noNamespaceSchemaLocation="{http}"',
    ),
    ("a base", "", ' xml:base="{http}"'),
]


@pytest.mark.parametrize("media_type", [XML, TEXT_XML, TYPED])
@pytest.mark.parametrize(
    ("before", "attributes"), [pytest.param(*row[1:], id=row[0]) for row in TRANSPARENT]
)
def test_an_address_in_xml_is_not_opened(server: Server, outside, before, attributes, media_type):
    """Instructions and attributes of XML itself are read over: what they name is left alone."""
    document = before + customer(XML).decode().replace("<customer", f"<customer{attributes}")
    for name, place in outside.items():
        document = document.replace(f"{{{name}}}", place)
    remove(server.port, post(server.port, media_type, document.encode()))


def member(value: str, name: str = "first") -> str:
    return f'{{"last": "Bee", "email": "ann@hostile.test", "{name}": {value}}}'


def brackets(levels: int) -> str:
    return member("[" * (levels - 1) + "]" * (levels - 1), "deep")


JSON_ROWS = [
    # id, text, statuses
    ("row 35: NaN", member("NaN"), 400),
    ("row 35: Infinity", member("Infinity"), 400),
    ("row 35: -Infinity", member("-Infinity"), 400),
    ("row 35: NaN in a member that is ignored", member("NaN", "links"), 400),
    ("row 35: nan", member("nan"), 400),
    ("row 36: a name twice", member('"a", "first": "b"'), 400),
    ("row 36: a name twice, once escaped", member(r'"a", "f\u0069rst": "b"'), 400),
    ("row 36: a name twice, further in", member('{"a": 1, "a": 1}', "links"), 400),
    ("a number of 100,000 digits", member("1" * 100_000), 400, 422),
    ("a number of 4,000 digits", member("1" * 4000), 400, 422),
    ("a number with a great exponent", member("1e999999999"), 422),
    ("a number too great for Decimal", member("1e9999999999999999999999"), 400, 422),
    ("a number with a leading zero", member("01"), 400),
    ("a number in hex", member("0x1"), 400),
    ("a lone surrogate", member(r'"\ud800"'), 400),
    ("surrogates in the wrong order", member(r'"\udc00\ud800"'), 400),
    ("a lone surrogate in a name", member("1", r"\udfff"), 400),
    ("a lone surrogate further in", member(r'[{"a": "\ud83d"}]', "links"), 400),
    ("text after the end", member('"Ann"') + "x", 400),
    ("two documents", member('"Ann"') + member('"Ann"'), 400),
    ("a second mark", "\ufeff\ufeff" + member('"Ann"'), 400),
    ("white space that is none of json", "\u00a0" + member('"Ann"'), 400),
    ("a control character as it is", member('"a\x0bb"'), 400),
    ("a line end as it is", member('"a\nb"'), 400),
    ("a NUL as it is", member('"a\0b"'), 400),
    ("an escape that is none", member(r'"\x41"'), 400),
    ("half an escape", member(r'"\u00"'), 400),
    ("a comment", member('"Ann" /* */'), 400),
    ("a comma at the end", member('"Ann",'), 400),
    ("single quotes", member("'Ann'"), 400),
    ("no text", "", 400),
    ("white space alone", " \n ", 400),
    ("xml", "<customer/>", 400),
    ("cut short", member('"Ann"')[:-1], 400),
    ("1,000 levels", brackets(1000), 400),
    ("100,000 levels", brackets(100_000), 400),
    ("500,000 levels, none closed", "[" * 500_000, 400),
    ("200,000 levels of objects, none closed", '{"":' * 200_000, 400),
    ("a list", "[]", 422),
    ("a text", '"Ann"', 422),
    ("a number", "1", 422),
    ("null", "null", 422),
    ("a text of a million characters", member(f'"{"a" * 1_000_000}"'), 422),
    ("a name of a million characters", member("1", "a" * 1_000_000), 422),
    ("90,000 members", member("1" + "".join(f',"{n}":1' for n in range(90_000))), 422),
    ("500,000 items", member(f"[{'1,' * 499_999}1]", "deep"), 422),
]


@pytest.mark.parametrize("accept", [JSON, XML])
@pytest.mark.parametrize(
    ("text", "statuses"), [pytest.param(row[1], row[2:], id=row[0]) for row in JSON_ROWS]
)
def test_json(server: Server, text, statuses, accept):
    refuse(post(server.port, JSON, text.encode(), f"Accept: {accept}"), *statuses)


BYTES = [
    # id, what stands in the place of the name "Ann"
    ("a byte of latin-1", b"Zo\xeb"),
    ("a byte that is never utf-8", b"\xff"),
    ("a character cut short", b"\xf0\x9f\x98"),
    ("a slash in two bytes", b"\xc0\xaf"),
    ("a surrogate", b"\xed\xa0\x80"),
    ("beyond Unicode", b"\xf4\x90\x80\x80"),
]


@pytest.mark.parametrize("media_type", [JSON, XML, TEXT_XML, TYPED, MSGPACK])
@pytest.mark.parametrize("bad", [pytest.param(row[1], id=row[0]) for row in BYTES])
def test_what_is_no_utf_8(server: Server, bad, media_type):
    good = customer(media_type, first="x" * len(bad))
    refuse(post(server.port, media_type, good.replace(b"x" * len(bad), bad, 1)), 400)


MSGPACK_ROWS = [
    # id, content, statuses
    ("nothing", b"", 400),
    ("cut short", customer(MSGPACK)[:-1], 400),
    ("something after the end", customer(MSGPACK) + b"\xc0", 400),
    ("a byte that means nothing", b"\xc1", 400),
    ("a list of four thousand million items", b"\xdd\xff\xff\xff\xff", 400),
    ("a map of four thousand million members", b"\xdf\xff\xff\xff\xff", 400),
    ("a text of four thousand million bytes", b"\xdb\xff\xff\xff\xff", 400),
    ("100,000 levels", b"\x91" * 100_000 + b"\x90", 400),
    ("names that are numbers", b"\x81\x01\x01", 400, 422),
    ("names that are lists", b"\x81\x90\x01", 400, 422),
    ("an extension", b"\x81\xa5first\xd4\x05\x00", 400, 422),
    ("bytes for text", b"\x81\xa5first\xc4\x01a", 400, 422),
    ("NaN", b"\x81\xa5first\xcb\x7f\xf8\0\0\0\0\0\0", 400, 422),
    ("a time beyond all times", b"\x81\xa5first\xc7\x0c\xff" + b"\xff" * 12, 400, 422),
]


@pytest.mark.parametrize(
    ("content", "statuses"), [pytest.param(row[1], row[2:], id=row[0]) for row in MSGPACK_ROWS]
)
def test_msgpack(server: Server, content, statuses):
    refuse(post(server.port, MSGPACK, content), *statuses)


DEEP: dict[str, Callable[[int], bytes]] = {
    JSON: lambda levels: brackets(levels).encode(),
    XML: lambda levels: nested(levels).encode(),
    TEXT_XML: lambda levels: nested(levels).encode(),
    TYPED: lambda levels: nested(levels).encode(),
    MSGPACK: lambda levels: b"\x81\xa4deep" + b"\x91" * (levels - 2) + b"\x90",
}


@pytest.mark.parametrize("media_type", DEEP)
def test_depth(server: Server, media_type):
    """64 levels are read, and here say something impossible; 65 are not read."""
    refuse(post(server.port, media_type, DEEP[media_type](DEPTH)), 422)
    refuse(post(server.port, media_type, DEEP[media_type](DEPTH + 1)), 400)


AMOUNTS = [
    "1e999999999",
    "-1e999999999",
    "1e-999999999",
    "1" * 1000,
    "0." + "1" * 1000,
    "1e12",
    "-0.001",
]


@pytest.mark.parametrize("amount", AMOUNTS, ids=lambda amount: amount[:12])
@pytest.mark.parametrize("media_type", [JSON, XML, TYPED])
def test_amounts_that_no_money_has(server: Server, amount, media_type):
    """At most 12 digits and two places: 422, before any arithmetic with a great exponent."""
    if media_type == JSON:
        content = f'{{"sku": "h-1", "name": "x", "currency": "EUR", "price": {amount}}}'
    else:
        kind = ' type="float"' if media_type == TYPED else ""
        members = "<sku>h-1</sku><name>x</name><currency>EUR</currency>"
        content = f"<product>{members}<price{kind}>{amount}</price></product>"
    refuse(post(server.port, media_type, content.encode(), target="/products"), 422)


QUANTITIES = ["0", "-1", "2147483648", "9" * 30, "9" * 900, "1.5", "1e2", "true", "1_0", "٣", "0x1"]


@pytest.mark.parametrize("quantity", QUANTITIES, ids=lambda quantity: ascii(quantity[:12]))
@pytest.mark.parametrize("media_type", [XML, TYPED])
def test_quantities_that_nothing_has(server: Server, quantity, media_type):
    """An integer is positive, and no other text is one; a type that is not true is a 400."""
    kind = ' type="int"' if media_type == TYPED else ""
    line = f"<item><product_id{kind}>1</product_id><quantity{kind}>{quantity}</quantity></item>"
    members = f"<customer_id{kind}>1</customer_id><currency>EUR</currency>"
    content = f"<invoice>{members}<items>{line}</items></invoice>"
    refuse(post(server.port, media_type, content.encode(), target="/invoices"), 400, 422)


def padded(media_type: str, size: int) -> bytes:
    """A customer in so many bytes: white space after the end means nothing."""
    return customer(media_type).ljust(size)


PLAIN = ["length", "chunks"]


@pytest.mark.parametrize("media_type", [JSON, XML, TYPED])
@pytest.mark.parametrize("way", [*PLAIN, *CODERS])
def test_the_limit(server: Server, way, media_type):
    """A mebibyte of decoded content is taken; a byte more is a 413."""
    remove(server.port, send_as(server, way, media_type, padded(media_type, LIMIT)))
    refuse(send_as(server, way, media_type, padded(media_type, LIMIT + 1)), 413)


def send_as(server: Server, way: str, media_type: str, content: bytes) -> Answer:
    if way == "length":
        return post(server.port, media_type, content)
    if way == "chunks":
        head = request(
            "POST", "/customers", f"Content-Type: {media_type}", "Transfer-Encoding: chunked"
        )
        return send(server.port, head, chunked(content))
    return post(server.port, media_type, CODERS[way](content), f"Content-Encoding: {way}")


def refused_before_it_ends(server: Server, *lines: str, content: bytes = b"") -> None:
    head = request("POST", "/customers", f"Content-Type: {JSON}", *lines)
    refuse(send(server.port, head, content), 413)


@pytest.mark.parametrize("length", [LIMIT + 1, 10**9, 2**62])
def test_too_great_a_length_is_refused_before_anything_is_read(server: Server, length):
    """The client sends no content at all, and has its answer."""
    refused_before_it_ends(server, f"Content-Length: {length}")
    refused_before_it_ends(server, f"Content-Length: {length}", "Content-Encoding: gzip")


def test_too_many_chunks_are_refused_before_they_end(server: Server):
    """The client does not say that it has ended, and has its answer."""
    content = chunked(b" " * (LIMIT + 1), end=b"")
    refused_before_it_ends(server, "Transfer-Encoding: chunked", content=content)


def test_chunks_without_end_are_refused(server: Server):
    """The client goes on, and has its answer: it is not cut off before it reads it."""
    content = chunked(b" " * (8 * LIMIT), end=b"")
    refused_before_it_ends(server, "Transfer-Encoding: chunked", content=content)


BOMB = 160 * 2**20


@pytest.fixture(scope="module")
def bombs() -> dict[str, bytes]:
    """Two and a half times the memory allowed, in each coding."""
    pieces = b" " * BOMB
    fast = {"br": {"quality": 1}, "gzip": {}, "deflate": {"level": 1}, "zstd": {"level": 1}}
    return {coding: coder(pieces, **fast[coding]) for coding, coder in CODERS.items()}


@pytest.mark.usefixtures("_at_no_time_large")
@pytest.mark.parametrize("media_type", [JSON, XML])
@pytest.mark.parametrize("coding", CODERS)
def test_bombs(server: Server, bombs, coding, media_type):
    """What is small in its coding is decoded up to the limit, and no further."""
    assert len(bombs[coding]) < LIMIT
    refuse(post(server.port, media_type, bombs[coding], f"Content-Encoding: {coding}"), 413)


@pytest.mark.usefixtures("_at_no_time_large")
@pytest.mark.parametrize("outer", CODERS)
def test_bombs_in_another_coding(server: Server, bombs, outer):
    content = CODERS[outer](bombs["gzip"])
    refuse(post(server.port, JSON, content, f"Content-Encoding: gzip, {outer}"), 413)


def test_a_hundred_codings_are_not_undone(server: Server):
    codings = ", ".join(["gzip"] * 100)
    refuse(post(server.port, JSON, customer(JSON), f"Content-Encoding: {codings}"), 400)


CHUNKS = [
    # id, what comes after the head
    ("a size that is no number", b"zz\r\n{}\r\n0\r\n\r\n"),
    ("a negative size", b"-2\r\n{}\r\n0\r\n\r\n"),
    ("a size beyond all numbers", b"f" * 40 + b"\r\n{}\r\n0\r\n\r\n"),
    ("a chunk longer than its size", b"1\r\n{}\r\n0\r\n\r\n"),
    ("a bad size after a good chunk", b"2\r\n{}\r\nzz\r\n"),
]


@pytest.mark.parametrize("sent", [row[1] for row in CHUNKS], ids=[row[0] for row in CHUNKS])
def test_broken_chunks(server: Server, sent):
    head = request("POST", "/customers", f"Content-Type: {JSON}", "Transfer-Encoding: chunked")
    refuse(send(server.port, head, sent), 400)


SHORT = [
    # id, field, what is sent before the client stops
    ("a content shorter than its length", "Content-Length: 1000", b"{}"),
    ("no content where there is a length", "Content-Length: 2", b""),
    ("a whole document in half a content", "Content-Length: 1000", customer(JSON)),
    ("chunks without an end", "Transfer-Encoding: chunked", chunked(customer(JSON), end=b"")),
    ("half a chunk", "Transfer-Encoding: chunked", b"ff\r\n{}"),
    ("half a size", "Transfer-Encoding: chunked", b"f"),
]


@pytest.mark.parametrize(
    ("field", "sent"), [row[1:] for row in SHORT], ids=[row[0] for row in SHORT]
)
def test_content_cut_short(server: Server, field, sent):
    """RFC 9112, 8: an incomplete message is an error; no row comes of it."""
    total = get(server.port, "/customers").json()["total"]
    head = request("POST", "/customers", f"Content-Type: {JSON}", field)
    refuse(send(server.port, head, sent, stops=True), 400)
    assert get(server.port, "/customers").json()["total"] == total
