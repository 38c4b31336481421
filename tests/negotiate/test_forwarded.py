"""Who is behind the proxies: only they are believed."""

import pytest

from negotiate.forwarded import client, networks, scheme

OURS = networks("127.0.0.1, 10.0.0.0/8 ::1")
ROWS = [
    # id, address of the connection, X-Forwarded-For, the client
    ("no field", "10.0.0.1", None, "10.0.0.1"),
    ("an empty one", "10.0.0.1", "", "10.0.0.1"),
    ("one proxy", "10.0.0.1", "192.0.2.7", "192.0.2.7"),
    ("two proxies", "10.0.0.1", "192.0.2.7, 10.0.0.2", "192.0.2.7"),
    ("a client that lies", "10.0.0.1", "203.0.113.1, 192.0.2.7", "192.0.2.7"),
    ("one that names our proxy", "10.0.0.1", "10.0.0.3, 192.0.2.7, 10.0.0.2", "192.0.2.7"),
    ("a client that is no proxy", "192.0.2.7", "203.0.113.1", "192.0.2.7"),
    ("nothing but proxies", "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
    ("no address", "10.0.0.1", "unknown", "10.0.0.1"),
    ("no address before a proxy", "10.0.0.1", "evil, 10.0.0.2", "10.0.0.2"),
    ("a line end", "10.0.0.1", "192.0.2.7\n", "10.0.0.1"),
    ("tabs and spaces", "10.0.0.1", "\t192.0.2.7 ,10.0.0.2 ", "192.0.2.7"),
    ("IPv6", "::1", "2001:db8::7", "2001:db8::7"),
    ("IPv4 over IPv6", "::ffff:10.0.0.1", "192.0.2.7", "192.0.2.7"),
    ("a socket in the file system", "", "192.0.2.7", ""),
    ("the nearest sixteen", "10.0.0.1", "192.0.2.7, " + "10.0.0.2, " * 15 + "10.0.0.9", "10.0.0.2"),
    (
        "and not the one before",
        "10.0.0.1",
        "192.0.2.7, " + "10.0.0.2, " * 14 + "10.0.0.9",
        "192.0.2.7",
    ),
]


@pytest.mark.parametrize(
    ("peer", "field", "found"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_the_client(peer, field, found):
    assert client(peer, field, OURS) == found


def test_nobody_is_believed_unless_configured():
    assert client("10.0.0.1", "192.0.2.7", networks("")) == "10.0.0.1"


SCHEMES = [
    (None, "http"),
    ("", "http"),
    ("https", "https"),
    ("HTTPS", "https"),
    ("http, https", "https"),
    ("https, http", "http"),
    ("javascript", "http"),
    ("https\r\nX: y", "http"),
]


@pytest.mark.parametrize(("field", "found"), SCHEMES, ids=str)
def test_the_scheme(field, found):
    assert scheme(field, "http") == found


@pytest.mark.parametrize("text", ["proxy.test", "10.0.0.1/8", "10.0.0.0/33", "*"])
def test_what_is_no_network_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        networks(text)
