"""How often who may ask: one check before each request. The edge tells of it in every answer."""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv6Address
from time import time
from typing import Any

from flask import g, request

from exchange.counters import Memory, shared_counter
from exchange.resting import Resting
from exchange.settings import Settings
from negotiate.problem import Problem
from negotiate.rate_limit import Windows, exceeded, read_policies, standing

# Requests have the group of their method, but for these: what is watched has no limit.
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_ROUTES: Mapping[Any, str] = {("POST", "/tokens"): "log-ins"}
_UNLIMITED = frozenset({"/healthz", "/readyz", "/metrics"})
STANDING = "parley.standing"  # in the environ: the fields that tell where the client stands


class Limits:
    """The rate limits of an application."""

    def __init__(self, settings: Settings, logger: Any) -> None:
        self._policies = read_policies(settings.rate_limits)
        self._own = Memory()
        self._shared = shared_counter(settings)
        self._resting = Resting("the counter of rate limits", logger)

    def check(self) -> None:
        """Counts the request in hand, unless that has been done. Raises Problem (429)."""
        if STANDING not in request.environ:
            self.count(group_of_request(), request.environ, g.get("principal"))

    def count(self, group: str, environ: dict[str, Any], principal: Any = None) -> None:
        """Counts a request of the group. Raises Problem (429)."""
        windows = self._policies.get(group)
        if not windows:
            return
        now = time()
        counts = self._count(f"{group} {_who(group, environ, principal)}", windows, now)
        environ[STANDING] = standing(windows, counts, now)
        if beyond := exceeded(windows, counts):
            raise _refusal(group, beyond, now)

    def _count(self, key: str, windows: Windows, now: float) -> list[int]:
        """Where all workers count; with that down, in this process."""
        if shared := self._shared:
            counts = self._resting.ask(lambda: shared.hit(key, windows, now))
            if counts:
                return counts
        return self._own.hit(key, windows, now)


def _refusal(group: str, beyond: Windows, now: float) -> Problem:
    seconds = max(window.end(now) for window in beyond) - int(now)
    allowed = " and ".join(f"{window.quota} a {window.name}" for window in beyond)
    fields = {"Retry-After": str(seconds)}
    detail = f"{group}: at most {allowed}; again in {seconds} s"
    return Problem("too-many-requests", detail, fields=fields)


def group_of_request() -> str:
    """The group of the request in hand, by its route and method; empty for what has no limit."""
    environ = request.environ
    method, rule = environ["REQUEST_METHOD"], request.url_rule
    path = rule.rule if rule else None
    if path in _UNLIMITED:
        return ""
    if method not in _READS:
        return _ROUTES.get((method, path), "writes")
    is_stream = environ.get("QUERY_STRING") and request.args.get("stream") == "true"
    return "streams" if is_stream else "reads"


def _who(group: str, environ: Mapping[str, Any], principal: Any) -> str:
    """The user, else the address. Who logs in is no user yet, whatever else the request says."""
    if principal is None or group == "log-ins":
        return f"address {network(environ.get('REMOTE_ADDR', ''))}"
    return f"user {principal.name}"


@lru_cache(4096)
def network(address: str) -> str:
    """What one client has of addresses: of IPv6 a /64, in which it can choose any (RFC 6177)."""
    if ":" not in address:
        return address[:64]
    try:
        whole = IPv6Address(address)
    except ValueError:  # what a proxy says of a client may be no address
        return address[:64]
    if whole.ipv4_mapped:
        return str(whole.ipv4_mapped)
    return f"{IPv6Address(int(whole) >> 64 << 64)}/64"
