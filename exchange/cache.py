"""Representations that are kept, with their validators, under Flask-Caching (RFC 9111).

What is kept carries the generation of the data that it was made of, and is sent only while that is
current: so it is as fresh as the database, whoever wrote, in whatever process.
"""

from collections.abc import Callable
from functools import partial
from math import inf
from typing import Any

from flask import Flask, Response, current_app, request
from flask_caching import Cache

from exchange import query
from exchange.access import holder_of
from exchange.resting import Resting
from exchange.settings import Settings
from exchange.shared import Shared
from exchange.shown import Shown, deliver, show
from exchange.state import Exchange
from exchange.store import TIMEOUT, Kept, configuration
from exchange.times import timed
from negotiate.cache_control import Reason, cache_status, request_directives
from negotiate.problem import Problem

LONGEST = 2**18  # bytes of content: what is larger is not kept
SECONDS = 3600  # that it is kept at most
HIT = cache_status(None)
_SLOW = TIMEOUT / 2  # seconds from which on it is no help
Place = tuple[str, str]  # a key, and the generation of the data


class Representations:
    """The cache of an application: asked for a representation, it answers as the view would."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._store = Cache(app, config=configuration(settings))
        self._shared: Shared[tuple[Shown, bool]] = Shared()
        self._resting = Resting("the cache", app.logger, _SLOW if settings.cache_url else inf)
        self._kind = "redis" if settings.cache_url else "process"

    def answer(self, exchange: Exchange, make: Callable[[Any], Shown]) -> Response:
        """The response from the cache, else from what `make` runs: the view, then `show`.

        Raises Problem: 504 if only the cache was asked, 412.
        """
        given = request.environ.get
        asked = request_directives(given("HTTP_CACHE_CONTROL"), given("HTTP_PRAGMA"))
        key = key_of(exchange)
        generation = None if asked.no_store else _generation(exchange.traits.model)
        kept = None if generation is None or asked.no_cache else self._find(key)
        if kept and kept.generation == generation:
            return deliver(kept.shown, HIT)
        if asked.only_if_cached:
            raise Problem("not-kept", "only-if-cached, and nothing current is kept")
        if generation is None:
            return deliver(make(show), cache_status("bypass"))
        reason = "request" if asked.no_cache else "stale" if kept else "miss"
        return self._anew((key, generation), make, reason)

    def current(self, key: str, model: Any, database: Any) -> Shown | None:
        """What is kept under the key and holds now; None if there is no such. Raises the model's
        error while the database is down."""
        generation = database.generation(model) if model else ""
        kept = None if generation is None else self._find(key)
        return kept.shown if kept and kept.generation == generation else None

    def health(self) -> dict[str, Any]:
        """Raises the store's error while it is down."""
        self._store.get("health")
        return {"kind": self._kind}

    def _anew(self, place: Place, make: Callable[[Any], Shown], reason: Reason) -> Response:
        """Of many who miss at once one makes what all send. For them it is as fresh: the generation
        was read before it was made, and they read the same one."""
        work = partial(self._make, place, make)
        if reason == "request":
            (shown, stored), is_other = work(), False
        else:
            (shown, stored), is_other = self._shared.do(place, work)
        return deliver(shown, cache_status(reason, stored=stored, collapsed=is_other))

    def _make(self, place: Place, make: Callable[[Any], Shown]) -> tuple[Shown, bool]:
        """What is made now, and whether it is kept."""
        (key, generation), shown = place, make(show)
        return shown, self._keep(key, Kept(shown, generation))

    def _find(self, key: str) -> Kept | None:
        with timed("cache"):
            kept: Kept | None = self._resting.ask(lambda: self._store.get(key))
        return kept

    def _keep(self, key: str, kept: Kept) -> bool:
        if len(kept.shown.content) > LONGEST:
            return False
        ask = partial(self._store.set, key, kept, timeout=SECONDS)
        with timed("cache"):
            return bool(self._resting.ask(ask))


def is_kept(exchange: Exchange) -> bool:
    """Whether the answer may come from the cache and go into it."""
    policy = exchange.traits.policy
    return (
        policy is not None
        and not (policy.private or policy.no_store)
        and request.method in ("GET", "HEAD")
        and "Prefer" not in exchange.vary
        and not (request.args and query.is_stream())
    )


def is_coded(exchange: Exchange) -> bool:
    """Whether the answer to a read has a content coding, if the client likes one: that costs too
    much for what is not kept, and media are compressed already."""
    is_stream = request.args and query.is_stream()
    return bool(exchange.traits.policy and not exchange.selected.part and not is_stream)


def key_of(exchange: Exchange) -> str:
    """The key of the answer, by all that it depends on but the data."""
    return f"{query.url()} {exchange.selected.name} {exchange.coding or ''} {holder_of(exchange)}"


def _generation(model: Any) -> str | None:
    with timed("cache"):
        return current_app.database.generation(model) if model else ""
