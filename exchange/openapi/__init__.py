"""/openapi.json: what every route takes and gives, in OpenAPI 3.1; /docs shows it to a person."""

from collections import defaultdict
from typing import Any

from flask import Blueprint, Flask, current_app

from exchange.openapi.content import schema_of
from exchange.openapi.filters import filter_components
from exchange.openapi.operations import methods_of, operation
from exchange.openapi.parameters import field_components, path_of
from exchange.openapi.responses import header_components, problem_components
from exchange.state import mark
from negotiate.cache_control import NO_CACHE
from representations import DOCUMENTED, PLAIN_JSON

_ABOUT = (
    "The same resources in JSON and in XML. Accept, or `format` in the query, chooses; errors are "
    "problems (RFC 9457) in the same language."
)
_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic"},
}

blueprint = Blueprint("openapi", __name__)


def document(app: Flask) -> dict[str, Any]:
    """The whole of it, from the routes, the traits of their views and the types."""
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for rule in app.url_map.iter_rules():
        for method in methods_of(rule):
            paths[path_of(rule.rule)][method.lower()] = operation(app, rule, method)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Parley", "version": "1", "description": _ABOUT},
        "servers": [{"url": app.settings.public_url or "/"}],
        "paths": paths,
        "components": {
            "schemas": {name: schema_of(type) for name, type in app.types.items()},
            "parameters": field_components() | filter_components(app),
            "headers": header_components(),
            "responses": problem_components(app),
            "securitySchemes": _SCHEMES,
        },
    }


def show_openapi() -> Any:
    return current_app.openapi


def show_docs() -> Any:
    return {}


blueprint.get("/docs")(mark(show_docs, offers=DOCUMENTED, policy=NO_CACHE))
blueprint.get("/openapi.json")(mark(show_openapi, offers=PLAIN_JSON, policy=NO_CACHE))
