"""The Link field (RFC 8288, 3)."""

import pytest

from negotiate.link import Link, field


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (Link("/customers?page=2", "next"), '</customers?page=2>; rel="next"'),
        (
            Link("/customers?format=xml", "alternate", "application/xml"),
            '</customers?format=xml>; rel="alternate"; type="application/xml"',
        ),
        # what would end the target early, or is no character of a URI (RFC 3986, 2.2)
        (Link("/a?b[ge]=1", "self"), '</a?b%5Bge%5D=1>; rel="self"'),
        (Link('/a>;rel="x",<b', "self"), '</a%3E;rel=%22x%22,%3Cb>; rel="self"'),
        (Link("/a?b=%5B%3E", "self"), '</a?b=%5B%3E>; rel="self"'),  # not encoded twice
        (Link("/a", 'x"y\\'), r'</a>; rel="x\"y\\"'),  # RFC 9110, 5.6.4
        (Link("/a", "self", 'a/b;c="d"'), r'</a>; rel="self"; type="a/b;c=\"d\""'),
    ],
)
def test_a_link_value(link: Link, expected: str) -> None:
    assert str(link) == expected


def test_a_field_has_all_the_links_in_their_order() -> None:
    links = [Link("/a", "first"), Link("/b", "next"), Link("/c,d", "last")]
    assert field(links) == '</a>; rel="first", </b>; rel="next", </c,d>; rel="last"'


def test_a_field_without_links_is_empty() -> None:
    assert field([]) == ""
