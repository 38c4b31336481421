"""Decorators of views that tell of the server itself, to what watches over it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import current_app

from exchange.metrics import METRICS
from exchange.state import describe, mark
from negotiate.problem import Problem
from representations import MEASURED
from representations.schema import TEXT, Object, Property, optional

View = Callable[..., Any]
RETRY_AFTER = "5"  # seconds
_PART = Object("part", {"state": Property(TEXT), "kind": optional(TEXT), "version": optional(TEXT)})
HEALTH = Object(
    "health", {"status": Property(TEXT), "database": optional(_PART), "cache": optional(_PART)}
)


def probe(view: View) -> View:
    """Of this moment: never kept, without validators. It needs no credentials and has no limit."""
    return mark(describe(view, HEALTH), is_probe=True)


def readiness(view: View) -> View:
    """Adds the state of the database and of the cache. Raises Problem (503) while the database is
    down; without the cache answers are slower, not wrong."""

    @wraps(view)
    def show(**values: Any) -> Any:
        parts = {name: check.report() for name, check in current_app.checks.items()}
        if parts["database"]["state"] == "down":
            down = [name for name, part in parts.items() if part["state"] == "down"]
            errors = [{"pointer": f"/{name}", "detail": "is down"} for name in down]
            detail = f"down: {', '.join(down)}"
            raise Problem("unavailable", detail, errors, {"Retry-After": RETRY_AFTER})
        return view(**values) | parts

    return show


def measurements(view: View) -> View:
    """Adds what is counted of requests and tasks; what Prometheus reads is offered first."""

    @wraps(view)
    def show(**values: Any) -> Any:
        queue = current_app.queue.report()
        is_known = queue.pop("state") == "up"
        families = current_app.observer.metrics.families(queue if is_known else None)
        return view(**values) | {"items": families}

    return mark(describe(show, METRICS), offers=MEASURED)
