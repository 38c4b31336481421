"""A collection, page by page."""

import re
from typing import Any
from urllib.parse import quote, urlencode

from flask import current_app, request

from exchange.state import current
from negotiate.link import Link
from negotiate.problem import Problem

PARAMETERS = frozenset({"page", "per_page"})
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


def page_of(items: list[Any], total: int, number: int, size: int) -> dict[str, Any]:
    """The page as plain data, its links in the Link field too. Pages count from 1, which is there
    also when nothing is on it. Raises Problem (400) for one beyond the last."""
    last = max(1, -(-total // size))
    if number > last:
        raise Problem("malformed", f"page={number}: the last page is {last}")
    links = {
        "self": _url(None),
        "first": _url(1),
        "prev": _url(number - 1) if number > 1 else None,
        "next": _url(number + 1) if number < last else None,
        "last": _url(last),
    }
    current().links += [Link(url, rel) for rel, url in links.items() if url]
    return {
        "items": items,
        "total": total,
        "page": number,
        "per_page": size,
        "pages": last,
        "links": links,
    }


def page_wanted() -> tuple[int, int]:
    """The number and the size of the page that the query asks for. Raises Problem (400)."""
    settings = current_app.settings
    return _number("page", 1, None), _number("per_page", settings.per_page, settings.max_per_page)


def _number(name: str, default: int, most: int | None) -> int:
    given = request.args.get(name)
    if given is None:
        return default
    if not _NUMBER.fullmatch(given) or (most and int(given) > most):
        raise Problem(
            "malformed", f"{name}={given!r}: a number from 1{f' to {most}' if most else ''}"
        )
    return int(given)


def _url(number: int | None) -> str:
    """The URL of this collection at the page, everything else in the query kept."""
    query = [pair for pair in request.args.items(multi=True) if number is None or pair[0] != "page"]
    if number is not None:
        query.append(("page", str(number)))
    path = current_app.settings.public_url + quote(request.path)
    return f"{path}?{urlencode(query)}" if query else path
