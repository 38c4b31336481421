"""A collection, page by page: by number, or by a cursor that costs the same wherever it is."""

from typing import Any

from flask import request

from exchange import query
from exchange.cursor import cursor, position, search_name
from exchange.rows import Selection
from exchange.state import current
from negotiate.link import Link
from negotiate.problem import Problem

_PLACES = frozenset({"page", "after"})


def page_of(search: Any, selection: Selection) -> dict[str, Any]:
    """The page of a search that the query asks for, as plain data, its links in the Link field too.

    Raises Problem (400).
    """
    page = _by_cursor(search) if "after" in request.args else _by_number(search)
    page["items"] = selection.show(page["items"])
    current().links += [Link(url, rel) for rel, url in page["links"].items() if url]
    return page | {"templates": {"search": _template(selection.model)}}


def _by_number(search: Any) -> dict[str, Any]:
    """Pages count from 1, which is there also when nothing is on it."""
    number, size, total = query.number("page", 1), query.size(), search.count()
    last = max(1, -(-total // size))
    if number > last:
        raise Problem("malformed", f"page={number}: the last page is {last}")
    links = {
        "self": query.url(),
        "first": query.url(_PLACES, page=1),
        "prev": query.url(_PLACES, page=number - 1) if number > 1 else None,
        "next": query.url(_PLACES, page=number + 1) if number < last else None,
        "last": query.url(_PLACES, page=last),
    }
    counted = {"total": total, "page": number, "per_page": size, "pages": last}
    return {"items": search.page(number, size), **counted, "links": links}


def _by_cursor(search: Any) -> dict[str, Any]:
    if "page" in request.args:
        raise Problem("malformed", "page and after: pages have either numbers or cursors")
    size, name = query.size(), search_name()
    items, reached = search.following(position(request.args["after"], name), size)
    following = query.url(_PLACES, after=cursor(reached, name)) if reached else None
    links = {"self": query.url(), "first": query.url(_PLACES, after=""), "next": following}
    return {"items": items, "per_page": size, "links": links}


def _template(model: Any) -> str:
    """The search form: a URI template (RFC 6570, 3.2.8). An operator goes behind a name, in
    brackets, which a template cannot say."""
    names = [*model.searchable(), *sorted(query.COLLECTIONS | query.EVERYWHERE)]
    return f"{query.path()}{{?{','.join(names)}}}"
