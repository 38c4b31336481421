"""Decorators of views that show something."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import current_app, request

from exchange import content, query
from exchange.pages import page_of
from exchange.rows import Selection
from exchange.selection import WITH_MEDIA
from exchange.shapes import collection_shape, item_shape
from exchange.state import current, describe, mark
from exchange.streams import stream_of
from negotiate.cache_control import NO_CACHE, Policy
from representations import REPRESENTATIONS
from representations.schema import TEXT, Listed, Object, Property, links

View = Callable[..., Any]
_NAMES = Property(Listed(TEXT))
_RESOURCE = Object("resource", {"template": Property(TEXT), "methods": _NAMES})
HOME = Object(
    "home",
    {
        "name": Property(TEXT),
        "writes": _NAMES,
        "reads": _NAMES,
        "resources": Property(Listed(_RESOURCE)),
        "links": links(),
    },
)


def item(model: Any) -> Callable[[View], View]:
    """One row. The view returns its plain data with its `version`; the client gets the links
    instead, and a validator that is made of the version."""

    def decorate(view: View) -> View:
        @wraps(view)
        def show(**values: Any) -> Any:
            exchange, selection, row = current(), Selection.asked(model), view(**values)
            exchange.version, exchange.shape = row.pop("version"), selection.shape()
            changed = row.get("updated_at", row.get("created_at"))  # some never change
            exchange.modified = None if selection.expanded else changed
            (shown,) = selection.show([row])
            return shown

        return mark(show, shape=item_shape(model), model=model, parameters=query.ROWS)

    return decorate


def media(model: Any) -> Callable[[View], View]:
    """Pictures and movies of one row, beside what shows its members: `model.part(id, name)` has the
    bytes, and they are read only where they are asked for."""

    def decorate(view: View) -> View:
        @wraps(view)
        def show(**values: Any) -> Any:
            data, part = view(**values), current().selected.part
            return {part: model.part(values["id"], part)} if part else data

        return mark(show, offers=WITH_MEDIA)

    return decorate


def collection(model: Any) -> Callable[[View], View]:
    """A page of rows, or a stream of all. The view returns a select of the model, which the query
    then filters and orders. Raises the model's errors for what cannot be searched."""

    def decorate(view: View) -> View:
        @wraps(view)
        def show(**values: Any) -> Any:
            exchange, selection = current(), Selection.asked(model)
            exchange.shape = collection_shape(model, selection.shape())
            sort = request.args.get("sort", "")
            filters, settings = query.filters(), current_app.settings
            search = model.search(view(**values), filters, sort, settings)
            if query.is_stream():
                return stream_of(search, selection, exchange)
            return page_of(search, selection)

        shape = collection_shape(model, item_shape(model))
        known = query.COLLECTIONS
        return mark(show, shape=shape, model=model, is_collection=True, parameters=known)

    return decorate


def kept(policy: Policy) -> Callable[[View], View]:
    """What a GET shows is kept by the server, and caches are told the policy."""
    return lambda view: mark(view, policy=policy)


cached = kept(NO_CACHE)


def entrance(view: View) -> View:
    """The way in: adds the URL of every collection, and what each resource offers."""

    @wraps(view)
    def show(**values: Any) -> Any:
        formats = {
            "writes": [each.media_type for each in REPRESENTATIONS],
            "reads": [*content.READERS],
        }
        routes = current_app.routes
        return view(**values) | formats | {"resources": routes.offers, "links": routes.entrance}

    return describe(show, HOME)
