"""The codings that a Content-Encoding field names (RFC 9110, 8.4)."""

import pytest

from negotiate.content_coding import best_coding, codings


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (None, []),
        ("", []),
        (" , ,", []),  # 5.6.1.2
        ("gzip", ["gzip"]),
        ("GZip", ["gzip"]),  # 8.4.1: without case
        ("deflate, gzip", ["deflate", "gzip"]),  # 8.4: in the order they were applied
        ("gzip,\tbr ,, zstd", ["gzip", "br", "zstd"]),
        ("gzip, gzip", ["gzip", "gzip"]),
        ("identity", []),  # changes nothing
        ("gzip, Identity", ["gzip"]),
        ("X-Gzip", ["gzip"]),  # 8.4.1.3
        ("x-compress", ["compress"]),  # 8.4.1.1
        ("x-deflate", ["x-deflate"]),  # no such alias
        ("gzip;q=1", ["gzip;q=1"]),  # no coding: left for the caller to refuse
        ('"gzip, br"', ['"gzip, br"']),
    ],
)
def test_codings_in_the_order_of_their_use(field: str | None, expected: list[str]) -> None:
    assert codings(field) == expected


@pytest.mark.parametrize(
    ("field", "coding"),
    [
        (None, None),  # nothing said: uncoded
        ("", None),  # 12.5.3
        ("gzip", "gzip"),
        ("GZIP;Q=0.5", "gzip"),
        ("x-gzip", "gzip"),  # 8.4.1.3
        ("gzip, br", "br"),  # equal: the server's order
        ("gzip;q=1, br;q=0.9", "gzip"),
        ("*", "br"),
        ("*;q=0.1, gzip;q=0.2", "gzip"),
        ("br;q=0, *", "gzip"),
        ("gzip;q=0", None),
        ("*;q=0", None),
        ("identity;q=0", None),
        ("identity, gzip;q=0.5", None),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("deflate", None),
        ("gzip;q=x, br;q=2", None),  # malformed members name nothing
        ("gzip;x=1", None),
        (",, gzip ,", "gzip"),
        ("gzip," * 2000, "gzip"),
    ],
)
def test_the_best_coding(field: str | None, coding: str | None) -> None:
    assert best_coding(field, ("br", "gzip")) == coding
