"""From data to the bytes that are sent: for a page, with what stands around the data."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from operator import itemgetter
from typing import Any
from urllib.parse import quote, urlsplit

from flask import current_app, request
from flask.globals import request_ctx

from exchange import query
from exchange.fields import READS, entity_tag, fields_for, fields_of
from exchange.forms import form_of, sought
from exchange.selection import offers
from exchange.state import Exchange
from representations import EVENTS, JSON, PROBLEM_JSON, PROBLEM_XML, XML, Representation
from representations.base import Data, Shape
from representations.frame import Form, Frame, Sent

_MOST_CRUMBS = 8
_FORMAT = frozenset({"format"})
_TITLES = {"json": "JSON", "xml": "XML"}


def encoded(exchange: Exchange, data: Data) -> bytes:
    """The data of the exchange in its representation."""
    selected = exchange.selected
    if selected.framed:
        return selected.framed(data, exchange.shape, _frame(exchange, data))
    return selected.encode(data, exchange.written_as)


def encoded_problem(selected: Representation, data: Data, shape: Shape) -> bytes:
    """A problem in a representation of problems."""
    if not selected.framed:
        return selected.encode(data, shape)
    sent = tuple(
        _sent(each, each.encode(data, shape), fields_for(each))
        for each in (PROBLEM_JSON, PROBLEM_XML)
    )
    return selected.framed(data, shape, replace(_surroundings(), sent=sent))


def _frame(exchange: Exchange, data: Data) -> Frame:
    there, shown = offers(exchange.traits), exchange.traits
    urls = {
        each: query.url(_FORMAT, format=each.name)
        for each in there
        if not each.framed and each is not EVENTS
    }
    frame = _surroundings()
    return replace(
        frame,
        guides=(*frame.guides, *_schemas(exchange.shape.name)),
        sent=tuple(_as_sent(exchange, each, data) for each in (JSON, XML)),
        others=tuple((each.name, url) for each, url in urls.items()),
        media={each.media_type.partition("/")[0]: url for each, url in urls.items() if each.part},
        sought=sought(shown.model) if shown.is_collection else (),
        forms=_forms() if request.method in READS else (),
        is_followed=EVENTS in there,
    )


def _surroundings() -> Frame:
    """What every page has."""
    return Frame(
        base=urlsplit(current_app.settings.public_url).path,
        path=query.path(),
        query=tuple(sorted(request.args.items(multi=True), key=itemgetter(0))),
        crumbs=tuple(_crumbs()),
        guides=tuple(_guides({"Docs": "/docs"})),
    )


def _as_sent(exchange: Exchange, other: Representation, data: Data) -> Sent:
    """What the same request is answered in another representation."""
    content = other.encode(data, exchange.written_as)
    fields = fields_of(replace(exchange, selected=other))
    if request.method in READS and exchange.status == 200 and not exchange.traits.is_probe:
        fields["ETag"] = entity_tag(content, exchange.version, other.name)
    return _sent(other, content, fields)


def _sent(other: Representation, content: bytes, fields: dict[str, str]) -> Sent:
    title = _TITLES[other.name]
    return Sent(other.name, title, other.media_type, tuple(fields.items()), content.decode())


def _crumbs() -> Iterator[tuple[str, str | None]]:
    """The way to the path, step by step."""
    origin, path = current_app.settings.public_url, ""
    yield "Home", f"{origin}/"
    for step in request.path.split("/", _MOST_CRUMBS)[1:]:
        path += f"/{step}"
        if step:
            yield step, origin + quote(path) if _is_there(path) else None


def _guides(paths: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Where more is said, as far as there is such."""
    for name, path in paths.items():
        if _is_there(path):
            yield name, current_app.settings.public_url + path


def _schemas(name: str) -> Iterator[tuple[str, str]]:
    """The schema of the type, if it has one: the route would take any name."""
    return _guides({"Schema": f"/schemas/{name}.json"} if name in current_app.types else {})


def _is_there(path: str) -> bool:
    adapter = request_ctx.url_adapter
    return adapter is not None and adapter.test(path, "GET")


def _forms() -> tuple[Form, ...]:
    rule = request.url_rule
    writes = current_app.routes.writes[rule.rule] if rule else {}
    return tuple(form_of(methods, shown) for methods, shown in _grouped(writes))


def _grouped(writes: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The methods that one form serves, and the traits of their view."""
    for wanted in (("POST",), ("PATCH", "PUT"), ("DELETE",)):
        if methods := tuple(each for each in wanted if each in writes):
            yield methods, writes[methods[0]]
