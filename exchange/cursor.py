"""Cursors: where a page ended, opaque to the client and bound to the search that it came from."""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from flask import current_app, request
from itsdangerous import BadData, URLSafeSerializer

from exchange import query
from negotiate.problem import Problem


def position(cursor: str, name: str) -> Sequence[str | None] | None:
    """The position that the cursor stands for, in the search of the name; None for the first page,
    which is the empty one.

    Raises Problem (400) for one that was not made here, or for another search.
    """
    if not cursor:
        return None
    try:
        search, *found = _serializer(current_app.secret).loads(cursor)
    except (BadData, ValueError, TypeError) as error:
        raise Problem("malformed", "after: no cursor of this server; begin with after=") from error
    if search != name:
        raise Problem("malformed", "after: the cursor is of another search; begin with after=")
    return list(found)


def cursor(reached: Sequence[str | None], name: str) -> str:
    """The cursor for the position, in the search of the name."""
    made = _serializer(current_app.secret).dumps([name, *reached])
    return made if isinstance(made, str) else made.decode()


def search_name() -> str:
    """What a cursor is bound to: the collection, the filters and the order that are asked for."""
    asked: list[Any] = [request.path, sorted(query.filters()), request.args.get("sort", "")]
    return blake2b(repr(asked).encode(), digest_size=9).hexdigest()


@lru_cache(1)
def _serializer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="cursor")
