"""The preconditions of the request in hand (RFC 9110, 13; RFC 6585, 3)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import current_app, request

from negotiate.conditional import Conditions, Outcome, Validators, evaluate, protects_write
from negotiate.problem import Problem

_FIELDS = tuple(
    f"HTTP_IF_{name}" for name in ("MATCH", "NONE_MATCH", "MODIFIED_SINCE", "UNMODIFIED_SINCE")
)


def conditions_of(environ: Mapping[str, Any]) -> Conditions:
    """The fields of a request, as they came."""
    return Conditions(*map(environ.get, _FIELDS))


def conditions() -> Conditions:
    """Those of the request in hand."""
    return conditions_of(request.environ)


def is_modified(current: Validators) -> bool:
    """Whether the method is to be performed; if not, 304. Raises Problem (412)."""
    asked = conditions()
    if not asked.is_any:
        return True
    outcome = evaluate(request.method, asked, current, datetime.now(UTC))
    if outcome is Outcome.FAILED:
        raise Problem("precondition-failed", _failed(current))
    return outcome is Outcome.PERFORM


def require(current: Validators) -> None:
    """Raises Problem (428) for a write that does not say what it changes, where it must."""
    if not current_app.settings.require_preconditions:
        return
    if not protects_write(conditions(), current, datetime.now(UTC)):
        detail = f"{request.method} needs If-Match with the ETag that was read, or *"
        raise Problem("precondition-required", detail)


def _failed(current: Validators) -> str:
    version = f"; it is at version {current.version}" if current.version is not None else ""
    return f"the resource is not what the request expects{version}"
