"""MessagePack: the data of JSON in fewer bytes (the MessagePack specification)."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from representations import MSGPACK
from representations.base import DEPTH, Data, Malformed, Shape

ANY = Shape("r")


def read(content: bytes, depth: int = DEPTH) -> Data:
    assert MSGPACK.decode
    return MSGPACK.decode(content, ANY, None, depth)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, b"\x80"),
        ({"a": 1}, b"\x81\xa1a\x01"),
        ({"b": None, "a": True}, b"\x82\xa1b\xc0\xa1a\xc3"),
        ({"a": [1, -1, False]}, b"\x81\xa1a\x93\x01\xff\xc2"),
        ({"a": "é"}, b"\x81\xa1a\xa2\xc3\xa9"),
        ({"a": 300}, b"\x81\xa1a\xcd\x01\x2c"),
        # the text that JSON has (contract 2.5), not an extension type
        ({"a": Decimal("19.90")}, b"\x81\xa1a\xa519.90"),
        ({"a": date(2026, 11, 22)}, b"\x81\xa1a\xaa2026-11-22"),
        ({"a": datetime(2026, 11, 22, 7, 16, tzinfo=UTC)}, b"\x81\xa1a\xb42026-11-22T07:16:00Z"),
    ],
)
def test_what_is_written(data: Data, expected: bytes) -> None:
    assert MSGPACK.encode(data, ANY) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\x81\xa1a\xcf\xff\xff\xff\xff\xff\xff\xff\xff", {"a": 2**64 - 1}),
        (b"\x81\xa1a\xd3\x80\0\0\0\0\0\0\0", {"a": -(2**63)}),
        (b"\x81\xd9\x01a\xdd\x00\x00\x00\x01\x01", {"a": [1]}),  # longer forms than needed
        (b"\xde\x00\x01\xa1a\xc0", {"a": None}),
        (b"\x81\xa1a\xc4\x01\xff", {"a": b"\xff"}),  # binary stays binary: no member takes it
    ],
)
def test_what_is_read(content: bytes, expected: Data) -> None:
    assert read(content) == expected


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\x81\xa1a\x01\x00", id="trailing byte"),
        pytest.param(b"\x82\xa1a\x01", id="fewer members than announced"),
        pytest.param(b"\xdd\xff\xff\xff\xff", id="4 thousand million items announced"),
        pytest.param(b"\xdf\xff\xff\xff\xff", id="4 thousand million members announced"),
        pytest.param(b"\xdb\xff\xff\xff\xffa", id="4 GiB of text announced"),
        pytest.param(b"\xc1", id="the byte that is never used"),
        pytest.param(b"\x81\xa1\xff\x01", id="a name that is no UTF-8"),
        pytest.param(b"\x81\xa1a\xa1\xff", id="a text that is no UTF-8"),
        pytest.param(b"\x81\xa1a\xa3\xed\xa0\x80", id="a surrogate"),
        pytest.param(b"\x81\xa3\xed\xa0\x80\x01", id="a surrogate in a name"),
        pytest.param(b"\x81\x80\x01", id="a map for a name"),
        pytest.param(b"\x81\xa1a\xc7\x0c\xff\0\0\0\0\x7f" + b"\xff" * 7, id="a time out of range"),
        pytest.param(b"\x91" * 100_000, id="100,000 lists"),
        pytest.param(b"\x81\xa1a" * 100_000, id="100,000 maps"),
    ],
)
def test_what_is_malformed(content: bytes) -> None:
    with pytest.raises(Malformed):
        read(content)


def test_64_levels_and_no_more() -> None:  # contract 1
    assert read(b"\x91" * 63 + b"\x90") == read(b"\x91" * 63 + b"\x90", 64)
    with pytest.raises(Malformed, match="nesting"):
        read(b"\x91" * 64 + b"\x90")
