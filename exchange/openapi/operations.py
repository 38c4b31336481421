"""The operations that OpenAPI lists: one for each route and method."""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from exchange.access import ANYONE, PASSWORD
from exchange.catalogue import input_name
from exchange.openapi.content import patched, taken
from exchange.openapi.filters import component_name, filters
from exchange.openapi.parameters import of_fields, of_path, of_query
from exchange.openapi.responses import responses
from exchange.state import Traits, traits

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_BASIC, _BEARER = [{"basic": []}], [{"bearer": []}]

Operation = dict[str, Any]


def methods_of(rule: Rule) -> list[str]:
    """Those that have an operation: HEAD is GET without content, OPTIONS is everywhere."""
    return [method for method in METHODS if method in (rule.methods or ())]


def operation(app: Flask, rule: Rule, method: str) -> Operation:
    """What OpenAPI says of a method of a route."""
    told = traits(app.view_functions[rule.endpoint])
    resource, _, view = rule.endpoint.partition(".")
    need = app.access.need(resource, method)
    said = {
        "operationId": operation_id(rule, method),
        "tags": [resource],
        "summary": view.replace("_", " ").capitalize(),
        "parameters": _parameters(app, rule, told, method),
        "security": _security(app, need),
        "responses": responses(app, told, method, need),
    }
    if told.accepts:
        content = _content(app, told, method)
        said["requestBody"] = {"required": True, "content": content}
    if told.model and method != "DELETE":
        _link(app, said["responses"], told)
    return said


def operation_id(rule: Rule, method: str) -> str:
    """The name of the view; where one view has two methods, with the method."""
    name = rule.endpoint.rpartition(".")[2]
    return f"{name}_{method.lower()}" if method in ("PUT", "PATCH") else name


def _parameters(app: Flask, rule: Rule, told: Traits, method: str) -> list[Any]:
    listed = [*of_path(rule.rule), *of_query(told, app.settings), *of_fields(rule, told, method)]
    if told.is_collection:
        names = [component_name(told.model, each) for each in filters(told.model, app.settings)]
        listed += [{"$ref": f"#/components/parameters/{name}"} for name in names]
    return listed


def _content(app: Flask, told: Traits, method: str) -> Any:
    type = app.types[input_name(told.accepts, told.given)]
    return patched(app, type) if method == "PATCH" else taken(app, type)


def _security(app: Flask, need: str) -> list[Mapping[str, Any]]:
    if need == ANYONE:
        return []
    if need == PASSWORD:
        return _BASIC
    return [{}, *_BEARER] if app.access.is_open(need) else _BEARER


def _link(app: Flask, listed: dict[str, Any], told: Traits) -> None:
    """Links from the row that is shown to other operations, in each response that shows it."""
    if told.is_collection:
        return
    for response in listed.values():
        if "content" in response:
            response["links"] = links_of(app, told.model)


def links_of(app: Flask, model: Any) -> dict[str, Any]:
    """The operation that each link of a row leads to, and what of the row is its id."""
    found = {}
    path = app.routes.paths[model]
    for rule in app.url_map.iter_rules():
        told = traits(app.view_functions[rule.endpoint])
        if "GET" not in (rule.methods or ()) or told.model is None:
            continue
        name = operation_id(rule, "GET")
        if rule.rule == path or (told.is_collection and rule.rule.startswith(f"{path}/")):
            found[name] = _to(name, "id")
        for member in model.members().values():
            if member.refers_to is told.model and rule.rule == app.routes.paths[told.model]:
                found[name] = _to(name, member.name)
    return found


def _to(name: str, member: str) -> dict[str, Any]:
    return {"operationId": name, "parameters": {"id": f"$response.body#/{member}"}}
