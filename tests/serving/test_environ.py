"""The environ is what came, no more and no less (PEP 3333; RFC 9110, 5.3)."""

from io import BytesIO

import pytest

from serving.environ import environ_of


def environ(*fields: tuple[bytes, bytes], path: bytes = b"/", query: bytes = b""):
    scope = {
        "method": "GET",
        "raw_path": path,
        "query_string": query,
        "http_version": "1.1",
        "server": ("127.0.0.1", 8000),
        "client": ("192.0.2.1", 50000),
        "scheme": "http",
        "headers": fields,
    }
    return environ_of(scope, BytesIO())


FIELDS = [
    # id, fields, key, value
    ("one line", [(b"accept", b"a/b")], "HTTP_ACCEPT", "a/b"),
    ("lines in order", [(b"accept", b"a/b"), (b"accept", b"c/d")], "HTTP_ACCEPT", "a/b, c/d"),
    ("two hosts are none", [(b"host", b"a"), (b"host", b"b")], "HTTP_HOST", "a, b"),
    ("spaces after the value", [(b"host", b"a \t ")], "HTTP_HOST", "a"),
    ("content type", [(b"content-type", b"text/csv")], "CONTENT_TYPE", "text/csv"),
    ("content length", [(b"content-length", b"3")], "CONTENT_LENGTH", "3"),
    ("bytes above 0x7F", [(b"if-match", b'"\xc3\xa9"')], "HTTP_IF_MATCH", '"\xc3\xa9"'),
    ("an underscore is no hyphen", [(b"x_forwarded_for", b"1")], "HTTP_X_FORWARDED_FOR", None),
]


@pytest.mark.parametrize(
    ("fields", "key", "value"), [row[1:] for row in FIELDS], ids=[row[0] for row in FIELDS]
)
def test_fields(fields, key, value):
    assert environ(*fields).get(key) == value


PATHS = [
    (b"/customers/1", "/customers/1"),
    (b"//customers", "//customers"),
    (b"/a%2Fb", "/a/b"),
    (b"/%C3%A9", "/\xc3\xa9"),  # the bytes, each as a character
    (b"/%ff", "/\xff"),
    (b"/%zz", "/%zz"),
    (b"*", "*"),
]


@pytest.mark.parametrize(("sent", "path"), PATHS, ids=[str(row[0]) for row in PATHS])
def test_paths(sent, path):
    assert environ(path=sent)["PATH_INFO"] == path


def test_the_query_stays_as_it_was_sent():
    assert environ(query=b"a=%C3%A9+%41")["QUERY_STRING"] == "a=%C3%A9+%41"


def test_the_client_is_the_one_of_the_connection():
    assert environ((b"x-forwarded-for", b"203.0.113.9"))["REMOTE_ADDR"] == "192.0.2.1"
