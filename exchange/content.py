"""The content of a request, from bytes to data (RFC 9110, 8.3, 8.4)."""

from flask import current_app, request

from exchange.coding import CODINGS, content_too_large, decompress
from exchange.state import current
from negotiate.content_coding import codings
from negotiate.media_type import MediaType, parameter
from negotiate.problem import Problem
from representations import REPRESENTATIONS, Representation
from representations.base import Data, Shape

READERS = {each.media_type: each for each in REPRESENTATIONS if each.decode}
READABLE = ", ".join(READERS)
_FIELDS = {"POST": "Accept-Post", "PATCH": "Accept-Patch", "PUT": "Accept"}  # 5789 2.2, LDP 7.1


def read(shape: Shape) -> Data:
    """The data that the content stands for.

    Raises Problem: 415 for a media type or coding that is not read, 413 for too much of it, and
    Malformed.
    """
    exchange = current()
    exchange.reader, exchange.read_as = reader(), shape
    charset = parameter(request.content_type, "charset")
    content = decoded_content()
    return exchange.reader.decode(content, shape, charset, current_app.settings.max_depth)


def reader() -> Representation:
    """The representation that the content is written in. Raises Problem (415)."""
    media_type = MediaType.parse(request.content_type or "")
    found = media_type and READERS.get(f"{media_type.type}/{media_type.subtype}")
    if not found:
        raise Problem(
            "unsupported-media-type",
            f"Content-Type is {request.content_type or 'missing'}; read are {READABLE}",
            fields={_FIELDS[request.method]: READABLE},
        )
    return found


def readable_fields(methods: frozenset[str]) -> dict[str, str]:
    """The fields that say what a resource with these methods reads."""
    return {field: READABLE for method, field in _FIELDS.items() if method in methods}


def decoded_content() -> bytes:
    """The content without its codings, within the limit. Raises Problem (400, 413, 415)."""
    limit: int = current_app.settings.max_content
    applied = content_codings()
    content = _raw_content(limit)
    for coding in reversed(applied):
        content = decompress(coding, content, limit)
    return content


def content_codings() -> list[str]:
    """The codings of the content, all of which are read. Raises Problem (400, 415)."""
    applied = codings(request.headers.get("Content-Encoding"))
    if unknown := [coding for coding in applied if coding not in CODINGS]:
        detail = f"the content coding {unknown[0]!r} is not read; {', '.join(CODINGS)} are"
        fields = {"Accept-Encoding": ", ".join(CODINGS)}
        raise Problem("unsupported-media-type", detail, fields=fields)
    if len(applied) > 2:
        raise Problem("malformed", "more than two content codings, one in the other")
    return applied


def _raw_content(limit: int) -> bytes:
    """What was sent. A length above the limit is refused before anything is read; Werkzeug's own
    limit would cut content of unknown length short without a word."""
    if (request.content_length or 0) > limit:
        raise content_too_large(limit)
    content = request.stream.read(limit + 1)
    if len(content) > limit:
        raise content_too_large(limit)
    if len(content) < (request.content_length or 0):
        raise Problem("malformed", "the content ended before it was whole")
    return content
