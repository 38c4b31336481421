"""Content codings: undone, never beyond a limit, and made (RFC 9110, 8.4.1; RFC 8878 for zstd)."""

import gzip
import sys
import zlib
from collections.abc import Callable

import brotli

from negotiate.problem import Problem

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_MOST_MEMBERS = 100
_WINDOW = {zstd.DecompressionParameter.window_log_max: 23}  # 8 MiB: RFC 9659


def decompress(coding: str, content: bytes, limit: int) -> bytes:
    """The content without the coding. Raises Problem: 413 beyond the limit, in bytes; 400 if it is
    broken, cut short, or followed by something else."""
    try:
        decoded = CODINGS[coding](content, limit + 1)
    except (zlib.error, brotli.error, zstd.ZstdError, EOFError) as error:
        raise Problem("malformed", f"the content is not {coding}: {error}") from error
    if len(decoded) > limit:
        raise content_too_large(limit)
    return decoded


def content_too_large(limit: int) -> Problem:
    """A 413 that names the limit, in bytes."""
    return Problem("content-too-large", f"content has at most {limit} bytes, decoded")


def _gzip(content: bytes, most: int) -> bytes:
    """Gzip members, one or more (RFC 1952, 2.2); each is one more copy of what follows it."""
    decoded, members = b"", 0
    while content and len(decoded) < most:
        if (members := members + 1) > _MOST_MEMBERS:
            raise EOFError(f"more than {_MOST_MEMBERS} gzip members")
        member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        decoded += member.decompress(content, most - len(decoded))
        _check_end(member.eof, b"", len(decoded) >= most)
        content = member.unused_data
    return decoded


def _deflate(content: bytes, most: int) -> bytes:
    """zlib's format, or the bare deflate that some clients take it for (8.4.1.2)."""
    try:
        return _inflate(content, most, zlib.MAX_WBITS)
    except zlib.error:
        return _inflate(content, most, -zlib.MAX_WBITS)


def _inflate(content: bytes, most: int, window: int) -> bytes:
    stream = zlib.decompressobj(window)
    decoded = stream.decompress(content, most)
    _check_end(stream.eof, stream.unused_data, len(decoded) >= most)
    return decoded


def _brotli(content: bytes, most: int) -> bytes:
    stream = brotli.Decompressor()
    decoded = stream.process(content, output_buffer_limit=most)
    while not stream.is_finished() and len(decoded) < most:
        more = stream.process(b"", output_buffer_limit=most - len(decoded))
        if not more:
            break
        decoded += more
    _check_end(stream.is_finished(), b"", len(decoded) >= most)
    return decoded


def _zstd(content: bytes, most: int) -> bytes:
    stream = zstd.ZstdDecompressor(options=_WINDOW)
    decoded = stream.decompress(content, max_length=most)
    _check_end(stream.eof, stream.unused_data, len(decoded) >= most)
    return decoded


def _check_end(at_end: bool, rest: bytes, is_full: bool) -> None:
    if rest or not (at_end or is_full):
        raise EOFError("cut short, or followed by something else")


def compress(coding: str, content: bytes) -> bytes:
    """The content in one of OFFERED; equal content, equal bytes."""
    return OFFERED[coding](content)


# In the server's order: for text of this size the first are smaller, or made in less time.
OFFERED: dict[str, Callable[[bytes], bytes]] = {
    "zstd": lambda content: zstd.compress(content, 3),
    "br": lambda content: brotli.compress(content, quality=5),
    "gzip": lambda content: gzip.compress(content, 6, mtime=0),
}
CODINGS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
