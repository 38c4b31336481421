"""Representations that are kept, with their validators, under Flask-Caching (RFC 9111).

What is kept carries the generation of the data that it was made of, and is sent only while that is
current: so it is as fresh as the database, whoever wrote, in whatever process.
"""

import sys
from collections.abc import Callable
from functools import lru_cache, partial
from hashlib import sha256
from importlib.metadata import distributions
from math import inf
from pathlib import Path
from typing import Any

import msgspec
from cachelib.serializers import BaseSerializer
from flask import Flask, Response, current_app, request
from flask_caching import Cache

from exchange import query
from exchange.access import holder_of
from exchange.answer import Shown, deliver, show
from exchange.resting import Resting
from exchange.settings import Settings
from exchange.shared import Shared
from exchange.state import Exchange
from exchange.times import timed
from negotiate.cache_control import Reason, cache_status, request_directives
from negotiate.problem import Problem

LONGEST = 2**18  # bytes of content: what is larger is not kept
SECONDS = 3600  # that it is kept at most
HIT = cache_status(None)
_TIMEOUT = 0.2  # seconds that the cache's server may take
_SLOW = _TIMEOUT / 2  # seconds from which on it is no help
_PARTS = ("negotiate", "representations", "models", "exchange", "resources", "vocabularies")
_ROOT = Path(__file__).parent.parent
Place = tuple[str, str]  # a key, and the generation of the data
# Settings that show in no answer, and may differ between servers that share a cache.
_UNSEEN = {
    *("database_url", "cache_url", "broker_url", "host", "port", "workers", "threads"),
    *("cache_entries", "log_level", "log_format", "task_threads", "metrics_port"),
}


class Kept(msgspec.Struct, array_like=True):
    """A representation, and the generation of the data that it was made of."""

    shown: Shown
    generation: str


class _MessagePack(BaseSerializer):
    """What was kept can be no code: whoever can write to the cache's server runs nothing here."""

    def dumps(self, value: Any, protocol: int = 0) -> bytes:
        return msgspec.msgpack.encode(value)

    def loads(self, bvalue: bytes | None) -> Kept | None:
        try:
            return _DECODER.decode(bvalue) if bvalue else None
        except msgspec.DecodeError:
            return None


_DECODER = msgspec.msgpack.Decoder(Kept)


class Representations:
    """The cache of an application: asked for a representation, it answers as the view would."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._store = Cache(app, config=_configuration(settings))
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


def _release(settings: Settings) -> str:
    """What answers depend on beside the data: this program, and settings. Of a server that several
    releases share, each has its own part."""
    settled = settings.model_dump_json(exclude=_UNSEEN)
    made_by = sha256(_program() + settled.encode())
    return f"parley-{made_by.hexdigest()[:16]}"


@lru_cache(1)
def _program() -> bytes:
    """The digest of what this process runs, and of what it runs with."""
    installed = sorted(f"{each.name} {each.version}" for each in distributions())
    files = (
        file.read_bytes()
        for part in _PARTS
        for file in sorted((_ROOT / part).rglob("*"))
        if file.is_file() and file.suffix != ".pyc"
    )
    return sha256(b"".join([*files, sys.version.encode(), repr(installed).encode()])).digest()


def _configuration(settings: Settings) -> dict[str, Any]:
    shared = {"CACHE_SERIALIZER": _MessagePack(), "CACHE_KEY_PREFIX": f"{_release(settings)} "}
    if not settings.cache_url:
        return shared | {"CACHE_TYPE": "SimpleCache", "CACHE_THRESHOLD": settings.cache_entries}
    timeouts = {"socket_timeout": _TIMEOUT, "socket_connect_timeout": _TIMEOUT}
    where = {"CACHE_REDIS_URL": settings.cache_url, "CACHE_OPTIONS": timeouts}
    return shared | {"CACHE_TYPE": "RedisCache"} | where
