"""/schemas: what each type is, as JSON Schema and as XML Schema, each whole in one document."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, current_app

from exchange.state import describe, mark
from negotiate.cache_control import NO_CACHE
from negotiate.link import Link
from representations import JSON_SCHEMA, JSON_SCHEMAS, XSD, XSDS, json_schema
from representations.schema import TEXT, Listed, Object, Property, Types, links

SUFFIXES = {"json": JSON_SCHEMA, "xsd": XSD}
_ENTRY = Object("schema", {"name": Property(TEXT), "links": links(*SUFFIXES)})
_SCHEMAS = Object("schemas", {"items": Property(Listed(_ENTRY)), "links": links("self")})

blueprint = Blueprint("schemas", __name__, url_prefix="/schemas")


def describedby(types: Types, origin: str) -> Mapping[tuple[str, str], str]:
    """The link to the schema of a representation, by the name of its type and the language of its
    schema (RFC 8288; POWDER, 4.1.4)."""
    return {
        (name, suffix): str(Link(url(name, suffix, origin), "describedby", schema.media_type))
        for name in types
        for suffix, schema in SUFFIXES.items()
    }


def url(name: str, suffix: str, origin: str) -> str:
    return f"{origin}/schemas/{name}.{suffix}"


def list_schemas() -> dict[str, Any]:
    origin = current_app.settings.public_url
    items = [
        {"name": name, "links": {suffix: url(name, suffix, origin) for suffix in SUFFIXES}}
        for name in current_app.types
    ]
    return {"items": items, "links": {"self": f"{origin}/schemas"}}


def show_json_schema(name: str) -> Any:
    return json_schema.document(name, _types_with(name))


def show_xsd(name: str) -> Any:
    return {"name": name, "types": _types_with(name)}


def _types_with(name: str) -> Types:
    types: Types = current_app.types
    return types if name in types else abort(404)


blueprint.get("")(mark(describe(list_schemas, _SCHEMAS), policy=NO_CACHE))
blueprint.get("/<name>.json")(mark(show_json_schema, offers=JSON_SCHEMAS, policy=NO_CACHE))
blueprint.get("/<name>.xsd")(mark(show_xsd, offers=XSDS, policy=NO_CACHE))
