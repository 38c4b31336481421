"""JSON, read strictly (RFC 8259, RFC 7493)."""

from decimal import Decimal

import pytest

from representations import JSON
from representations.base import DEPTH, Data, Malformed, Shape
from tests.representations.drawing import written

ANY = Shape("r")


def read(content: bytes, charset: str | None = None) -> Data:
    assert JSON.decode
    return JSON.decode(content, ANY, charset, DEPTH)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b' \t\r\n{"a" : [1 , null]}\r\n', {"a": [1, None]}),  # 8259, 2
        (b'{"b":true,"a":false}', {"b": True, "a": False}),
        (b"{}", {}),
        (b'"a"', "a"),  # 8259, 2: any value is a document
        (rb'"\"\\\/\b\f\n\r\t\u00e9"', '"\\/\b\f\n\r\té'),  # 8259, 7
        (rb'"\uD83D\ude00"', "\U0001f600"),  # 8259, 7: a pair
        ('"é\U0001f600\x7f\u2028"'.encode(), "é\U0001f600\x7f\u2028"),
        (b'"\\u0000"', "\x00"),  # grammatical; the model refuses it
        (b'\xef\xbb\xbf{"a":1}', {"a": 1}),  # 8259, 8.1: a BOM may be ignored
        (b'{"":1,"__proto__":2}', {"": 1, "__proto__": 2}),
        (b'{"a":{"a":1},"A":2}', {"a": {"a": 1}, "A": 2}),
        (b"-0", 0),
        (b"999999999999999999999999999999", 10**30 - 1),  # 8259, 6
        (b"19.90", Decimal("19.90")),  # contract 3: by its digits, never through a float
        (b"0.1000000000000000000000000000001", Decimal("0.1000000000000000000000000000001")),
        (b"-1.5E+2", Decimal("-1.5E+2")),
        (b"1e400", Decimal("1e400")),
    ],
)
def test_what_is_read(content: bytes, expected: Data) -> None:
    assert written(read(content)) == written(expected)


@pytest.mark.parametrize(
    "content",
    [
        # 8259, 6: numbers
        *(b"NaN", b"Infinity", b"-Infinity", b'{"a":NaN}', b"[1,Infinity]", b"-NaN"),
        *(b"01", b"+1", b".5", b"1.", b"1e", b"0x10", b"1_000", b"-", "١".encode(), b"- 1"),
        # 8259, 4; 7493, 2.3: names
        *(b'{"a":1,"a":1}', b'{"a":1,"b":2,"a":3}', b'[{"b":{"a":1,"\\u0061":2}}]'),
        *(b"{a:1}", b"{1:1}", b"{null:1}", b'{"a"}', b'{"a":1,}', b'{,"a":1}', b"{'a':1}"),
        # 8259, 2: one value
        *(b"", b" ", b"{} {}", b"{}x", b"1 2", b"{}\x00", b"{}\x0c", b"[1,]", b"[,1]", b"[1", b"]"),
        *(b"True", b"None", b"nul", b"undefined", b"// a\n1", b"1 /* a */"),
        # 8259, 7; 7493, 2.1: strings
        *(
            b'"a',
            b'"\n"',
            b'"\t"',
            b'"\x00"',
            b'"\\x41"',
            b'"\\u00e"',
            b'"\\u 041"',
            b'"\\"',
            b"'a'",
        ),
        *(rb'"\ud800"', rb'"\udc00\ud800"', rb'"a\udfffb"', rb'{"\ud83d":1}', rb'["\ud83d\u0041"]'),
        # 8259, 8.1: UTF-8
        *(b'"\xff"', b'"\xc3"', b'"\xed\xa0\x80"', b'"\xc0\x80"', b'"\xf4\x90\x80\x80"'),
        *('"a"'.encode("utf-16"), '"a"'.encode("utf-16-le"), b"\xef\xbb\xbf" * 2 + b"{}"),
    ],
)
def test_what_is_malformed(content: bytes) -> None:
    with pytest.raises(Malformed):
        read(content)


@pytest.mark.parametrize("charset", ["iso-8859-1", "utf-16", "bogus", "UTF-8", ""])
def test_the_charset_means_nothing(charset: str) -> None:  # 8259, 8.1, 11; http-cases 34
    assert read('"é"'.encode(), charset) == "é"
    with pytest.raises(Malformed):
        read('"é"'.encode("latin-1"), charset)


def test_a_duplicate_name_is_named() -> None:
    with pytest.raises(Malformed, match="email"):
        read(b'{"first":1,"email":2,"email":3}')


@pytest.mark.parametrize(
    "content",
    [
        b"9" * 5000,
        b"-" + b"9" * 5000,
        b"1" * 1_000_000,
        b'{"a":' + b"9" * 5000 + b"}",
        b"1e9999999999999999999",
        b"1e-9999999999999999999",
        b'{"a":1.5E+9999999999999999999}',
    ],
    ids=lambda content: f"{content[:24]}, {len(content)} bytes",
)
def test_a_number_that_cannot_be_held_is_malformed(content: bytes) -> None:  # 8259, 6
    with pytest.raises(Malformed):
        read(content)


def test_a_fraction_of_5000_digits_is_exact() -> None:
    assert written(read(b"1." + b"9" * 5000)) == written(Decimal("1." + "9" * 5000))


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
@pytest.mark.parametrize("levels", [3_000, 100_000])
def test_deep_nesting_is_malformed(opening: bytes, levels: int) -> None:  # 8259, 9
    with pytest.raises(Malformed):
        read(opening * levels)


def test_64_levels_of_lists_and_no_more() -> None:  # contract 1
    assert written(read(b"[" * 64 + b"]" * 64)) == "[" * 64 + "]" * 64
    with pytest.raises(Malformed, match="nesting"):
        read(b"[" * 65 + b"]" * 65)
    with pytest.raises(Malformed, match="nesting"):
        read(b'[{"a":' * 32 + b"[]" + b"}]" * 32)


def test_a_scalar_is_no_level() -> None:
    assert read(b"[" * 64 + b"1" + b"]" * 64)


def test_what_is_written() -> None:
    """Names in their order, no white space, UTF-8 without escapes (8259, 8.1)."""
    data = {"b": Decimal("19.90"), "a": ["é\u2028", None, True, 10**18], "": {}}
    expected = '{"b":"19.90","a":["é\u2028",null,true,1000000000000000000],"":{}}'
    assert JSON.encode(data, ANY) == expected.encode()
