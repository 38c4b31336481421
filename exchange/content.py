"""The content of a request, from bytes to data (RFC 9110, 8.3, 8.4)."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from flask import current_app, request

from exchange.coding import CODINGS, content_too_large, decompress
from exchange.state import Traits, current
from negotiate.content_coding import codings
from negotiate.media_type import MediaType, parameter
from negotiate.problem import Problem
from representations import PATCHES, REPRESENTATIONS, VOCABULARIES
from representations.base import Data, Shape
from representations.patch import Bounds

READERS = {each.media_type: each for each in REPRESENTATIONS if each.decode}
PATCHERS = {each.media_type: each for each in PATCHES}
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


def read_patch(shape: Shape) -> Callable[[Data], Data]:
    """The patch that the content is: what applies it to data.

    Raises Problem as `read` does; the patch raises Malformed, Inapplicable and Unprocessable.
    """
    exchange, settings = current(), current_app.settings
    exchange.reader, exchange.read_as = reader(), shape
    charset = parameter(request.content_type, "charset")
    bounds = Bounds(
        settings.max_depth, settings.max_operations, settings.max_content, settings.max_selector
    )
    content = decoded_content()
    return lambda data: exchange.reader.apply(content, data, shape, charset, bounds)


def reader() -> Any:
    """The representation, or patch format, that the content is written in. Raises Problem (415)."""
    media_type = MediaType.parse(request.content_type or "")
    known = _known(request.method, current().traits)
    found = media_type and known.get(f"{media_type.type}/{media_type.subtype}")
    if not found:
        readable = ", ".join(known)
        raise Problem(
            "unsupported-media-type",
            f"Content-Type is {request.content_type or 'missing'}; read are {readable}",
            fields={_FIELDS[request.method]: readable},
        )
    return found


def check_readable() -> None:
    """Raises Problem (400, 415) for content whose media type or coding is not read."""
    reader()
    content_codings()


def readable_fields(methods: frozenset[str]) -> Mapping[str, str]:
    """The fields that say what the resource in hand, with these methods, reads."""
    rule = request.url_rule
    if rule is None:  # of all that there are: 9.3.7
        return fields_of_readers(dict.fromkeys(methods, Traits()))
    readable: Mapping[str, str] = current_app.routes.readable[rule.rule]
    return readable


def fields_of_readers(writes: Mapping[str, Traits]) -> dict[str, str]:
    """The same of views by their methods, for who asks once for each route."""
    return {
        field: ", ".join(_known(method, writes[method]))
        for method, field in _FIELDS.items()
        if method in writes
    }


def _known(method: str, shown: Traits) -> Mapping[str, Any]:
    """What is read of content, by its media type."""
    if method == "PATCH":
        return PATCHERS
    return readers_of(shown.accepts.type_name() if shown.accepts else "")


@cache
def readers_of(type_name: str) -> Mapping[str, Any]:
    """What is read of content of the type, by its media type."""
    mine = {each.media_type: each for each in VOCABULARIES if type_name in each.types}
    return READERS | mine


def decoded_content() -> bytes:
    """The content without its codings, within the limit. Raises Problem (400, 413, 415)."""
    if "Content-Range" in request.headers:  # 14.5
        raise Problem("malformed", "Content-Range: content is taken whole")
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
    most = current_app.settings.max_codings
    if len(applied) > most:
        raise Problem("malformed", f"more than {most} content codings, one in another")
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
