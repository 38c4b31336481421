"""The short way: a read like one that was answered before gets what is kept, without Flask.

What representation of what resource a request selects follows from five values of its environ
alone, so it need not be decided again. What is sent, and whether, is decided each time: the limits,
the freshness of what is kept, the preconditions.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from flask import request

from exchange import bounds
from exchange.cache import HIT, key_of
from exchange.limits import group_of_request
from exchange.metrics import Labels
from exchange.observer import FIELD, names_of
from exchange.preconditions import conditions_of
from exchange.shown import fields_now, in_304
from exchange.state import REFUSED, Exchange
from negotiate.conditional import Outcome, evaluate
from negotiate.problem import Problem

_DECIDING = (
    "REQUEST_METHOD",
    "PATH_INFO",
    "QUERY_STRING",
    "HTTP_ACCEPT",
    "HTTP_ACCEPT_ENCODING",
)
# Who sends one of these goes the long way, whatever it says.
_OTHERWISE = (
    *("HTTP_AUTHORIZATION", "HTTP_CACHE_CONTROL", "HTTP_PRAGMA", "HTTP_PREFER", "HTTP_RANGE"),
    *("HTTP_SERVER_TIMING", REFUSED),
)
_LONGEST = 2000  # characters of what decides: what is longer is not remembered
_MOST = 10_000  # requests that are remembered
_STATUS = {200: "200 OK", 304: "304 NOT MODIFIED"}


class Known(NamedTuple):
    """What has been decided of requests that are alike."""

    key: str
    model: Any
    group: str
    labels: Labels
    names: list[str] | None


class Sent(NamedTuple):
    """An answer, as WSGI has it."""

    status: str
    fields: list[tuple[str, str]]
    content: bytes


class Shortcut:
    """The short way of an application."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._known: dict[tuple[str | None, ...], Known] = {}

    def learn(self, exchange: Exchange) -> None:
        """Remembers what was decided of the request in hand, whose answer may be kept."""
        environ = request.environ
        alike = _alike(environ)
        if (
            alike is None
            or sum(len(each or "") for each in alike) > _LONGEST
            or alike in self._known
        ):
            return
        if len(self._known) >= _MOST:
            self._known.clear()
        rule, name = request.url_rule, exchange.selected.name
        labels = Labels(rule.rule if rule else "none", request.method, 200, name, "hit")
        self._known[alike] = Known(
            key_of(exchange), exchange.traits.model, group_of_request(), labels, names_of(request)
        )

    def answer(self, environ: dict[str, Any]) -> Sent | None:
        """The answer; None for what has to go the long way: what is not known, not kept, not
        current, or an error, which is told there."""
        alike = _alike(environ)
        known = self._known.get(alike) if alike else None
        if known is None:
            return None
        self._app.observer.arrive(environ)
        try:
            return self._answered(environ, known)
        except Problem as problem:
            environ[REFUSED] = problem
        except Exception:  # of a database that is down: the long way meets it again
            pass
        return None

    def _answered(self, environ: dict[str, Any], known: Known) -> Sent | None:
        """Raises Problem: 400, 429, 431."""
        bounds.check(environ, self._app.settings)
        shown = self._app.cache.current(known.key, known.model, self._app.database)
        outcome = shown and _outcome(environ, shown)
        if outcome in (None, Outcome.FAILED):
            return None
        self._app.limits.count(known.group, environ)
        return self._sent(environ, known, shown, outcome is Outcome.PERFORM)

    def _sent(self, environ: dict[str, Any], known: Known, shown: Any, is_modified: bool) -> Sent:
        fields = fields_now(shown, HIT)
        status, content = 200, shown.content
        if not is_modified:
            status, content, fields = 304, b"", in_304(fields)
        if known.labels.method == "HEAD":
            content = b""
        labels = known.labels._replace(status=status)
        told = self._app.observer.leave_shortly(environ, labels, known.names, len(content))
        return Sent(_STATUS[status], [*fields.items(), (FIELD, told)], content)


def _alike(environ: Mapping[str, Any]) -> tuple[str | None, ...] | None:
    """What decides on the request; None if something else does, too."""
    if any(name in environ for name in _OTHERWISE):
        return None
    return tuple([environ.get(name) for name in _DECIDING])


def _outcome(environ: Mapping[str, Any], shown: Any) -> Outcome:
    asked = conditions_of(environ)
    if not asked.is_any:
        return Outcome.PERFORM
    now = datetime.now(UTC)
    return evaluate(environ["REQUEST_METHOD"], asked, shown.validators, now)
