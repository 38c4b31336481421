"""Where representations are kept: in the process, or in Redis, as bytes that can be no code."""

from typing import Any

import msgspec
from cachelib.serializers import BaseSerializer

from exchange.release import release
from exchange.settings import Settings
from exchange.shown import Shown

TIMEOUT = 0.2  # seconds that the cache's server may take


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


def configuration(settings: Settings) -> dict[str, Any]:
    """What Flask-Caching is to be told."""
    shared = {"CACHE_SERIALIZER": _MessagePack(), "CACHE_KEY_PREFIX": f"{release(settings)} "}
    if not settings.cache_url:
        return shared | {"CACHE_TYPE": "SimpleCache", "CACHE_THRESHOLD": settings.cache_entries}
    timeouts = {"socket_timeout": TIMEOUT, "socket_connect_timeout": TIMEOUT}
    where = {"CACHE_REDIS_URL": settings.cache_url, "CACHE_OPTIONS": timeouts}
    return shared | {"CACHE_TYPE": "RedisCache"} | where
