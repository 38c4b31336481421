"""Media types, ranges and how precisely one names the other (RFC 9110, 8.3.1, 12.5.1)."""

import pytest

from negotiate.media_type import ANY, EXACT, SUFFIX, TYPE, MediaType, Precision, parameter, syntax


def parsed(text: str) -> MediaType:
    media_type = MediaType.parse(text)
    assert media_type is not None
    return media_type


@pytest.mark.parametrize(
    ("text", "type_", "subtype", "parameters"),
    [
        ("text/html", "text", "html", {}),
        (" \tText/HTML\t ", "text", "html", {}),
        ('text/html;charset="utf-8"', "text", "html", {}),
        ("text/html;q=0.5;Level=1;CHARSET=x", "text", "html", {"level": "1"}),
        ('a/b;c="D e"', "a", "b", {"c": "D e"}),
        ("*/*", "*", "*", {}),
        ("text/*;level=1", "text", "*", {"level": "1"}),
        ("application/*+XML", "application", "*+xml", {}),
        ("application/vnd.a-b_c+d.e+xml", "application", "vnd.a-b_c+d.e+xml", {}),
    ],
)
def test_a_media_type_and_its_parameters(
    text: str, type_: str, subtype: str, parameters: dict[str, str]
) -> None:
    expected = MediaType(type_, subtype, frozenset(parameters.items()))
    assert MediaType.parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "text",
            "text/",
            "/html",
            "text/html/x",
            "text /html",
            "text/ html",
            "text/html x",
        ),
        *("text/html;level", "text/html;=1", 'text/html;a="', "*/html", "*/*+xml", "te(xt/html"),
        *("text/html\n", "text/\nhtml", "text/html, text/plain", "*", "é/é"),
    ],
)
def test_what_is_no_media_type_is_none(text: str) -> None:
    assert MediaType.parse(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*/*", True),
        ("text/*", True),
        ("text/*+xml", True),
        ("text/xml", False),
        ("image/svg+xml", False),
    ],
)
def test_which_name_many(text: str, expected: bool) -> None:
    assert parsed(text).is_range is expected


@pytest.mark.parametrize(
    ("media_range", "offer", "expected"),
    [
        ("*/*", "a/b", Precision(ANY, 0)),
        ("*/*;x=1", "a/b;x=1", Precision(ANY, 1)),
        ("a/*", "a/b", Precision(TYPE, 0)),
        ("a/*", "b/b", None),
        ("a/*+xml", "a/b+xml", Precision(SUFFIX, 0)),
        ("a/*+xml", "a/xml", Precision(SUFFIX, 0)),
        ("a/*+xml", "a/b+c+xml", Precision(SUFFIX, 0)),
        ("a/*+xml", "b/c+xml", None),
        ("a/*+xml", "a/bxml", None),
        ("a/*+xml", "a/xml+b", None),
        ("a/*+", "a/b", None),
        ("a/b", "a/b", Precision(EXACT, 0)),
        ("a/b", "a/b;x=1", Precision(EXACT, 0)),
        ("a/b;x=1", "a/b;x=1;y=2", Precision(EXACT, 1)),
        ("a/b;y=2;x=1", "a/b;x=1;y=2", Precision(EXACT, 2)),
        ("a/b;charset=x", "a/b", Precision(EXACT, 0)),
        ("a/b", "a/b;charset=x", Precision(EXACT, 0)),
        ("a/b;x=1", "a/b", None),
        ("a/b;x=1", "a/b;x=2", None),
        ("a/b+xml", "a/xml", None),
        ("a/xml", "a/b+xml", None),  # RFC 6838, 4.2.8: a suffix is syntax, no range
    ],
)
def test_how_precisely_a_range_names_an_offer(
    media_range: str, offer: str, expected: Precision | None
) -> None:
    assert parsed(media_range).precision(parsed(offer)) == expected


def test_the_order_of_precision() -> None:  # 12.5.1; contract 1.3
    ranges = ["*/*", "*/*;x=1", "a/*", "a/*+xml", "a/b+xml", "a/b+xml;x=1", "a/b+xml;x=1;y=2"]
    offer = parsed("a/b+xml;x=1;y=2")
    found = [parsed(media_range).precision(offer) for media_range in ranges]
    assert None not in found
    assert found == sorted(set(found))


@pytest.mark.parametrize(
    ("subtype", "expected"),
    [("xml", "xml"), ("svg+xml", "xml"), ("a+b+json", "json"), ("x-ndjson", "x-ndjson")],
)
def test_the_structured_syntax_of_a_subtype(subtype: str, expected: str) -> None:
    assert syntax(subtype) == expected  # RFC 6838, 4.2.8


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("text/xml; Charset=UTF-16", "UTF-16"),
        ('text/xml;charset="utf-8"', "utf-8"),
        ("text/xml;charset=a;charset=b", "a"),
        ('text/xml;x="charset=b"', None),
        ("text/xml", None),
        ("charset=utf-8", None),
        ("text/xml;charset", None),
        ("", None),
        (None, None),
    ],
)
def test_the_value_of_a_parameter(text: str | None, expected: str | None) -> None:
    assert parameter(text, "charset") == expected
