"""Requests that only a socket can send: field lines, charsets, codings and chunks, byte by byte.

The rows are those of the HTTP cases that the YAML files leave out; sections are of RFC 9110.
"""

import json
import sqlite3
import zlib

import pytest
from lxml import etree

from tests.conftest import Server, free_port, start_server, stop
from tests.databases import sample_database
from tests.http.wire import (
    CODERS,
    JSON,
    MSGPACK,
    READ,
    TEXT_XML,
    TYPED,
    XML,
    address,
    bare_deflate,
    chunked,
    customer,
    get,
    gzip,
    post,
    remove,
    request,
    send,
)

ACCEPT = [
    # id, field lines, media type of the answer
    ("row 12: empty members and spaces (5.6.1.2)", ["Accept: , application/xml ,, "], XML),
    (
        "row 13: two lines are one list (5.3)",
        ["Accept: application/json;q=0.1", "Accept: application/xml"],
        XML,
    ),
    (
        "row 13: in the other order (5.3)",
        ["Accept: application/xml", "Accept: application/json;q=0.1"],
        XML,
    ),
    ("row 13: one of the lines is empty (5.3)", ["Accept:", "Accept: application/xml"], XML),
    ("row 15: bytes above 127 name nothing (12.5.1)", [b"Accept: application/\xff"], JSON),
    ("row 16: no value (12.5.1)", ["Accept:"], JSON),
    ("row 16: spaces for a value (12.5.1)", ["Accept:  \t "], JSON),
    ("row 17: no field (12.5.1)", [], JSON),
    (
        "tabs are white space (5.6.3)",
        ["Accept:\tapplication/xml\t;\tq=1\t,\tapplication/json;q=0.5"],
        XML,
    ),
    ("names of fields have no case (5.1)", ["aCCEPT: application/xml"], XML),
]


@pytest.mark.parametrize(
    ("lines", "media_type"), [row[1:] for row in ACCEPT], ids=[row[0] for row in ACCEPT]
)
def test_accept(server: Server, lines, media_type):
    answer = get(server.port, "/customers/1", *lines)
    assert answer.status == 200
    assert answer.media_type == media_type
    assert answer.fields["Vary"] == "Accept, Accept-Encoding"


TARGETS = [
    # id, target, status
    ("absolute-form (RFC 9112, 3.2.2)", "http://elsewhere.test/customers/1", 200),
    ("two slashes", "//customers", 404),
    ("two slashes inside", "/customers//1", 404),
    ("a path with a NUL", "/customers/%00", 404),
    ("a path that is no utf-8", "/%ff%fe", 404),
    ("a path up the tree", "/../../../../etc/passwd", 404),
    ("a path up the tree, in hex", "/%2e%2e/%2e%2e/etc/passwd", 404),
    ("row 25: a format that is no utf-8", "/customers/1?format=%ff", 406),
    ("row 25: a format with a NUL", "/customers/1?format=xml%00", 406),
    ("row 25: an empty format", "/customers/1?format=", 406),
    ("row 25: a format that would end a field", "/customers/1?format=%0d%0aX-Made:%20up", 406),
    ("row 24: format given twice", "/customers/1?format=xml&format=json", 400),
    ("a parameter that is no utf-8", "/customers/1?%ff=1", 400),
    ("a query with a bad escape", "/customers/1?%zz", 400),
    ("a query of 8 KiB that says nothing known", "/customers/1?" + "a" * 8192, 400),
    ("a query of 8 KiB and 1 byte", "/customers/1?" + "a" * 8193, 414),
    ("the same where there is no route", "/nowhere?" + "a" * 8193, 414),
]


@pytest.mark.parametrize("media_type", [JSON, XML])
@pytest.mark.parametrize(
    ("target", "status"), [row[1:] for row in TARGETS], ids=[row[0] for row in TARGETS]
)
def test_target(server: Server, target, status, media_type):
    answer = get(server.port, target, f"Accept: {media_type}")
    assert answer.status == status
    assert answer.fields["X-Made"] is None
    assert b"elsewhere.test" not in answer.content
    if status >= 400:
        answer.check_problem(status)


@pytest.mark.parametrize(
    ("method", "target", "field"),
    [("POST", "/customers", "Accept-Post"), ("PUT", "/customers/1", "Accept")],
)
@pytest.mark.parametrize(
    "line",
    [
        None,
        "Content-Type:",
        "Content-Type: json",
        "Content-Type: application/json/x",
        b"Content-Type: \xff/json",
        "Content-Type: application/json;;charset",
    ],
)
def test_content_without_a_media_type_is_415(server: Server, method, target, field, line):
    """Row 30 (8.3): the decoder is not guessed from the content, and all of them are named."""
    lines = [line] if line else []
    answer = send(server.port, request(method, target, *lines, content=customer(JSON)))
    answer.check_problem(415)
    assert answer.fields[field] == ", ".join([*READ, "application/vnd.acme.customer+xml"])


def zoe(declaration: str) -> str:
    members = f"<first>Zoë</first><last>Bee</last><email>{address()}</email>"
    return f"{declaration}<customer>{members}</customer>"


DECLARED = '<?xml version="1.0" encoding="{}"?>'.format
CHARSETS = [
    # id, charset parameter, declaration, codec of the bytes, byte order mark
    ("row 32: declared latin-1", "", DECLARED("ISO-8859-1"), "latin-1", b""),
    (
        "row 32: declared in lower case and single quotes",
        "",
        "<?xml version='1.0' encoding='iso-8859-1'?>",
        "latin-1",
        b"",
    ),
    ("row 32: declared windows-1252", "", DECLARED("windows-1252"), "cp1252", b""),
    ("row 32: nothing said", "", "", "utf-8", b""),
    ("row 32: declared utf-8", "", DECLARED("UTF-8"), "utf-8", b""),
    ("row 33: a utf-16 mark before charset", "; charset=utf-8", "", "utf-16-le", b"\xff\xfe"),
    ("row 33: a big-endian mark before charset", "; charset=utf-8", "", "utf-16-be", b"\xfe\xff"),
    (
        "row 33: a mark before charset and declaration",
        "; charset=utf-8",
        DECLARED("UTF-8"),
        "utf-16-le",
        b"\xff\xfe",
    ),
    ("row 33: a utf-8 mark before charset", "; charset=iso-8859-1", "", "utf-8", b"\xef\xbb\xbf"),
    ("row 33: a mark alone", "", DECLARED("UTF-16"), "utf-16-le", b"\xff\xfe"),
    (
        "row 33: charset before declaration",
        "; charset=iso-8859-1",
        DECLARED("UTF-8"),
        "latin-1",
        b"",
    ),
    ("row 33: charset in quotes and capitals", '; Charset="ISO-8859-1"', "", "latin-1", b""),
    ("row 33: charset utf-16le", "; charset=utf-16le", "", "utf-16-le", b""),
    (
        "row 33: charset utf-16 without a mark (RFC 2781, 4.3)",
        "; charset=utf-16",
        "",
        "utf-16-be",
        b"",
    ),
]


@pytest.mark.parametrize("media_type", [XML, TEXT_XML, TYPED])
@pytest.mark.parametrize(
    ("charset", "declaration", "codec", "mark"),
    [row[1:] for row in CHARSETS],
    ids=[row[0] for row in CHARSETS],
)
def test_charset_of_xml(server: Server, charset, declaration, codec, mark, media_type):
    """RFC 7303, 3: the byte order mark, then charset, then the declaration, then UTF-8."""
    content = mark + zoe(declaration).encode(codec)
    answer = post(server.port, media_type + charset, content, f"Accept: {JSON}")
    remove(server.port, answer)
    assert answer.json()["first"] == "Zoë"


UNREADABLE = [
    # id, media type, content
    (
        "row 34: latin-1 that says so",
        f"{JSON}; charset=iso-8859-1",
        customer(JSON, first="Zoë").decode().encode("latin-1"),
    ),
    (
        "row 34: utf-16 that says so",
        f"{JSON}; charset=utf-16",
        customer(JSON).decode().encode("utf-16"),
    ),
    ("row 32: latin-1 that says nothing", XML, zoe("").encode("latin-1")),
    ("row 32: latin-1 declared utf-8", XML, zoe(DECLARED("UTF-8")).encode("latin-1")),
    ("row 32: latin-1 declared us-ascii", XML, zoe(DECLARED("US-ASCII")).encode("latin-1")),
    ("row 32: an encoding that is not read", XML, zoe(DECLARED("EBCDIC-CP-US")).encode("cp037")),
    ("row 32: declared utf-7", XML, zoe(DECLARED("UTF-7")).encode("utf-7")),
    ("row 33: charset utf-7", f"{XML}; charset=utf-7", zoe("").encode("utf-7")),
    ("row 33: a mark and half a character", XML, b"\xff\xfe" + zoe("").encode("utf-16-le")[:-1]),
    ("row 33: utf-32", XML, zoe("").encode("utf-32")),
]


@pytest.mark.parametrize(
    ("media_type", "content"), [row[1:] for row in UNREADABLE], ids=[row[0] for row in UNREADABLE]
)
def test_bytes_of_another_charset_are_400(server: Server, media_type, content):
    post(server.port, media_type, content).check_problem(400)


def test_json_may_begin_with_a_mark(server: Server):
    """RFC 8259, 8.1: a parser may ignore it."""
    remove(server.port, post(server.port, JSON, b"\xef\xbb\xbf" + customer(JSON)))


ann = customer(JSON)
half = len(ann) // 2
READABLE_CODINGS = [
    # id, Content-Encoding, coder
    *[(f"row 39: {coding}", coding, coder) for coding, coder in CODERS.items()],
    ("row 39: codings have no case (8.4.1)", "GZip", gzip),
    ("row 39: bare deflate (8.4.1.2)", "deflate", bare_deflate),
    (
        "row 39: one in the other, in the order applied",
        "br, gzip",
        lambda it: gzip(CODERS["br"](it)),
    ),
    (
        "row 39: gzip in two members (RFC 1952, 2.2)",
        "gzip",
        lambda it: gzip(it[:half]) + gzip(it[half:]),
    ),
    ("row 39: gzip in a hundred members", "gzip", lambda it: gzip(it) + gzip(b"") * 99),
]


@pytest.mark.parametrize("media_type", READ)
@pytest.mark.parametrize(
    ("coding", "coder"),
    [row[1:] for row in READABLE_CODINGS],
    ids=[row[0] for row in READABLE_CODINGS],
)
def test_content_coding(server: Server, coding, coder, media_type):
    content = coder(customer(media_type))
    remove(server.port, post(server.port, media_type, content, f"Content-Encoding: {coding}"))


BROKEN_CODINGS = [
    # id, Content-Encoding, content
    *[(f"row 39: {coding} that is none", coding, ann) for coding in CODERS],
    *[(f"row 39: {coding} cut short", coding, coder(ann)[:-5]) for coding, coder in CODERS.items()],
    *[(f"row 39: {coding} and nothing else", coding, b"") for coding in CODERS],
    *[
        (f"row 39: {coding} with text after it", coding, coder(ann) + b"more")
        for coding, coder in CODERS.items()
    ],
    ("row 39: gzip with a wrong sum", "gzip", gzip(ann)[:-8] + b"\0\0\0\0" + gzip(ann)[-4:]),
    ("row 39: deflate with a wrong sum", "deflate", zlib.compress(ann)[:-4] + b"\0\0\0\0"),
    ("row 39: gzip said twice and done once", "gzip, gzip", gzip(ann)),
    ("row 39: gzip in too many members", "gzip", gzip(ann) + gzip(b"") * 100),
]


@pytest.mark.parametrize(
    ("coding", "content"),
    [row[1:] for row in BROKEN_CODINGS],
    ids=[row[0] for row in BROKEN_CODINGS],
)
def test_broken_content_coding_is_400(server: Server, coding, content):
    """Also an empty content: with no bytes nothing is said, in any coding."""
    post(server.port, JSON, content, f"Content-Encoding: {coding}").check_problem(400)


@pytest.mark.parametrize(
    "coding", ["compress", "gzip, compress", "compress, gzip", "aes128gcm", "*"]
)
def test_another_content_coding_is_415(server: Server, coding):
    """Row 39 (15.5.16): Accept-Encoding says which are read."""
    answer = post(server.port, JSON, ann, f"Content-Encoding: {coding}")
    answer.check_problem(415)
    assert answer.fields["Accept-Encoding"] == ", ".join(CODERS)
    assert answer.fields["Accept-Post"] is None


@pytest.mark.parametrize("media_type", READ)
@pytest.mark.parametrize(
    "end",
    [b"0\r\n\r\n", b"0;last=yes\r\nX-Trailer: 1\r\n\r\n"],
    ids=["plain", "extension and trailer"],
)
@pytest.mark.parametrize("size", [1, 7, 65536])
def test_chunks_are_content(server: Server, media_type, size, end):
    """RFC 9112, 7.1: content without a length, however it is cut."""
    head = request(
        "POST", "/customers", f"Content-Type: {media_type}", "Transfer-Encoding: chunked"
    )
    remove(server.port, send(server.port, head, chunked(customer(media_type), size, end)))


def test_options_of_the_server(server: Server):
    """Row 91 (9.3.7): `*` is the server itself; it says what it can do, and not in HTML."""
    answer = send(server.port, request("OPTIONS", "*"))
    assert answer.status in (200, 204)
    assert {"GET", "OPTIONS"} <= {method.strip() for method in answer.fields["Allow"].split(",")}
    assert JSON in answer.fields["Accept-Post"]
    assert answer.media_type != "text/html"


RESOURCES = [
    "/",
    "/customers",
    "/customers/1",
    "/customers/1/invoices",
    "/products",
    "/products/1",
    "/invoices",
    "/invoices/1",
    "/invoices/1/items",
    "/items/1",
    "/problems/not-found",
]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"]


@pytest.mark.parametrize("target", RESOURCES)
def test_a_method_that_a_resource_lacks(server: Server, target):
    """Row 85 (10.2.1, 15.5.6): 405 with what OPTIONS says."""
    allowed = send(server.port, request("OPTIONS", target, "Accept: image/png")).fields["Allow"]
    others = set(METHODS) - {method.strip() for method in allowed.split(",")}
    assert {"TRACE", "PROPFIND"} <= others
    for method in others - {"HEAD"}:
        answer = send(server.port, request(method, target, content=b""))
        answer.check_problem(405)
        assert answer.fields["Allow"] == allowed


@pytest.mark.parametrize("method", ["get", "Put", "BREW"])
def test_methods_have_a_case(server: Server, method):
    """9.1: what a proxy refuses as PUT must not pass as Put; 501 for what is no method (15.6.2)."""
    send(server.port, request(method, "/customers/1", content=b"")).check_problem(501)


@pytest.mark.parametrize("media_type", READ)
def test_created(server: Server, media_type):
    """Row 90 (15.3.2, 8.7): Location and Content-Location are one, and the tag is that of GET."""
    made = post(server.port, media_type, customer(media_type), f"Accept: {media_type}")
    location = made.fields["Location"]
    shown = get(server.port, location, f"Accept: {media_type}")
    remove(server.port, made)
    assert made.fields["Content-Location"] == location
    assert made.media_type == shown.media_type == media_type
    assert (made.content, made.fields["ETag"]) == (shown.content, shown.fields["ETag"])
    assert made.fields["ETag"].startswith('"')


NAMES = ["a b", "1st", "", "<x>", "a&b", 'quo"te', "x:y", "-", "é", "key", "a/b~c", "line\nbreak"]


@pytest.mark.parametrize("name", [*NAMES, "\u000b", "\ufffe"], ids=ascii)
def test_a_name_that_is_no_xml_name(server: Server, name):
    """Row 92 (XML 1.0, 2.2, 2.3): the problem that names it is well-formed, and names it."""
    content = json.dumps(json.loads(customer(JSON)) | {name: 1}).encode()
    told = post(server.port, JSON, content, f"Accept: {XML}")
    told.check_problem(422)
    pointers = etree.fromstring(told.content).xpath("//*[local-name() = 'pointer']/text()")
    written = name.replace("\u000b", "\ufffd").replace("\ufffe", "\ufffd")
    assert pointers == ["/" + written.replace("~", "~0").replace("/", "~1")]


@pytest.mark.parametrize("stored", ["a\u000bb", "a\u0000b", "a\u001bb", "a\uffffb"], ids=ascii)
@pytest.mark.parametrize("media_type", [XML, TEXT_XML, TYPED])
def test_a_stored_character_that_xml_lacks(server: Server, stored, media_type):
    """Row 92: refused on write; one that is in the database all the same is written as U+FFFD."""
    made = post(server.port, JSON, customer(JSON))
    location = made.fields["Location"]
    with sqlite3.connect(server.database) as database:
        database.execute(
            "UPDATE customers SET first = ? WHERE id = ?", (stored, location.rpartition("/")[2])
        )
    database.close()
    shown = get(server.port, location, f"Accept: {media_type}")
    remove(server.port, made)
    assert etree.fromstring(shown.content).findtext("first") == "a\ufffdb"


CHARACTERS = ["\u0000", "\u0008", "\u000b", "\u000c", "\u001f", "\ufffe", "\uffff"]


@pytest.mark.parametrize("character", CHARACTERS, ids=ascii)
@pytest.mark.parametrize("media_type", READ)
def test_a_character_that_xml_lacks(server: Server, character, media_type):
    """Row 92: 422 where the format can carry it, not well-formed (400) where it cannot."""
    content = customer(media_type, first=f"a{character}b")
    told = post(server.port, media_type, content)
    told.check_problem(422 if media_type in (JSON, MSGPACK) else 400)


@pytest.mark.parametrize(
    "character", ["\t", "\n", "\u0085", "\u2028", "\ue000", "\U0001f600", "\U0010ffff"], ids=ascii
)
@pytest.mark.parametrize("media_type", READ)
def test_text_is_stored_as_sent(server: Server, character, media_type):
    """Neither trimmed nor normalised: what was sent in one format is read in another."""
    text = f" e\u0301{character} "
    made = post(server.port, media_type, customer(media_type, first=text), f"Accept: {JSON}")
    remove(server.port, made)
    assert made.json()["first"] == text


@pytest.mark.slow
@pytest.mark.parametrize("media_type", [JSON, XML])
def test_where_a_precondition_is_required(tmp_path, media_type):  # row 53: RFC 6585, 3
    database = sample_database(tmp_path / "parley.db", 1)
    server = start_server(database, free_port(), PARLEY_REQUIRE_PRECONDITIONS="true")
    try:
        fields = (f"Accept: {media_type}", f"Content-Type: {media_type}")
        content = customer(media_type)
        put = request("PUT", "/customers/1", *fields, content=content)
        assert "If-Match" in send(server.port, put).check_problem(428)["detail"]
        put = request("PUT", "/customers/1", *fields, "If-Match: *", content=content)
        assert send(server.port, put).status == 200
        delete = request("DELETE", "/customers/1", f"Accept: {media_type}")
        send(server.port, delete).check_problem(428)
    finally:
        stop(server)
