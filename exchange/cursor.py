"""Cursors: where a page ended, opaque to the client and bound to the search that it came from."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from flask import current_app, request
from itsdangerous import BadData, URLSafeSerializer

from exchange import query
from negotiate.problem import Problem


def position(cursor: str) -> Sequence[str | None] | None:
    """The position that the cursor stands for; None for the first page, which is the empty one.

    Raises Problem (400) for one that was not made here, or for another search.
    """
    if not cursor:
        return None
    try:
        search, *found = _serializer().loads(cursor)
    except (BadData, ValueError, TypeError) as error:
        raise Problem("malformed", "after: no cursor of this server; begin with after=") from error
    if search != _search():
        raise Problem("malformed", "after: the cursor is of another search; begin with after=")
    return list(found)


def cursor(reached: Sequence[str | None]) -> str:
    """The cursor for the position, of the search in hand."""
    made = _serializer().dumps([_search(), *reached])
    return made if isinstance(made, str) else made.decode()


def _search() -> str:
    """What a cursor is bound to: the collection, its filters and its order."""
    asked: list[Any] = [request.path, sorted(query.filters()), request.args.get("sort", "")]
    return blake2b(repr(asked).encode(), digest_size=9).hexdigest()


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret, salt="cursor")
