"""A collection, page by page: by number, or by a cursor that costs the same wherever it is."""

from typing import Any
from urllib.parse import quote, urlencode

from flask import current_app, request

from exchange import query
from exchange.cursor import cursor, position
from exchange.rows import show
from exchange.state import current
from negotiate.link import Link
from negotiate.problem import Problem

PAGING = frozenset({"page", "after"})


def page_of(model: Any, statement: Any) -> dict[str, Any]:
    """The page of the select that the query asks for, as plain data, its links in the Link field
    too. Raises Problem (400), and the model's errors for what cannot be searched."""
    search = model.search(statement, query.filters(), request.args.get("sort", ""))
    page = _by_cursor(search) if "after" in request.args else _by_number(search)
    page["items"] = show(model, page["items"])
    current().links += [Link(url, rel) for rel, url in page["links"].items() if url]
    return page | {"templates": {"search": _template(model)}}


def _by_number(search: Any) -> dict[str, Any]:
    """Pages count from 1, which is there also when nothing is on it."""
    number, size, total = query.number("page", 1), query.size(), search.count()
    last = max(1, -(-total // size))
    if number > last:
        raise Problem("malformed", f"page={number}: the last page is {last}")
    links = {
        "self": _url(),
        "first": _url(page=1),
        "prev": _url(page=number - 1) if number > 1 else None,
        "next": _url(page=number + 1) if number < last else None,
        "last": _url(page=last),
    }
    counted = {"total": total, "page": number, "per_page": size, "pages": last}
    return {"items": search.page(number, size), **counted, "links": links}


def _by_cursor(search: Any) -> dict[str, Any]:
    if "page" in request.args:
        raise Problem("malformed", "page and after: pages have either numbers or cursors")
    size = query.size()
    items, reached = search.following(position(request.args["after"]), size)
    following = _url(after=cursor(reached)) if reached else None
    links = {"self": _url(), "first": _url(after=""), "next": following}
    return {"items": items, "per_page": size, "links": links}


def _url(**place: Any) -> str:
    """The URL of this collection at the place, everything else in the query kept; as it was asked
    for, without one."""
    kept = request.args.items(multi=True)
    pairs = [pair for pair in kept if not place or pair[0] not in PAGING] + [*place.items()]
    return f"{_path()}?{urlencode(pairs)}" if pairs else _path()


def _path() -> str:
    public: str = current_app.settings.public_url
    return public + quote(request.path)


def _template(model: Any) -> str:
    """The search form: a URI template (RFC 6570, 3.2.8). An operator goes behind a name, in
    brackets, which a template cannot say."""
    return f"{_path()}{{?{','.join([*model.searchable(), *sorted(query.COLLECTIONS), 'format'])}}}"
