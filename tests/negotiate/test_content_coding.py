"""The codings that a Content-Encoding field names (RFC 9110, 8.4)."""

import pytest

from negotiate.content_coding import codings


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
