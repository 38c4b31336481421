"""/problems: what each kind of error means and what a client can do about it."""

from typing import Any

from flask import Blueprint, abort, current_app

from exchange.state import describe, mark
from negotiate.cache_control import NO_CACHE
from negotiate.problem import KINDS, Kind
from representations.schema import INTEGER, TEXT, Listed, Object, Property, links

_TEXTS = {name: Property(TEXT) for name in ("title", "explanation")}
_KIND = Object(
    "problem-type",
    {"name": Property(TEXT), "status": Property(INTEGER), **_TEXTS, "links": links("self")},
)
_KINDS = Object("problem-types", {"items": Property(Listed(_KIND)), "links": links("self")})

blueprint = Blueprint("problems", __name__, url_prefix="/problems")


def list_problems() -> dict[str, Any]:
    return {
        "items": [_explained(kind) for kind in KINDS.values()],
        "links": {"self": f"{current_app.settings.public_url}/problems"},
    }


def show_problem(name: str) -> dict[str, Any]:
    return _explained(KINDS[name]) if name in KINDS else abort(404)


def _explained(kind: Kind) -> dict[str, Any]:
    url = f"{current_app.settings.public_url}/problems/{kind.name}"
    return {
        "name": kind.name,
        "status": kind.status,
        "title": kind.title,
        "explanation": kind.explanation,
        "links": {"self": url},
    }


blueprint.get("")(mark(describe(list_problems, _KINDS), policy=NO_CACHE))
blueprint.get("/<name>")(mark(describe(show_problem, _KIND), policy=NO_CACHE))
