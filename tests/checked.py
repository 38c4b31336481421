"""The client of all tests: it holds every answer to the schema that the answer links to, and to
what /openapi.json says of its route.

Validators of others read the schemas. A stream is left to its test, and what is compressed has the
content of what is not.
"""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import xmlschema
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators
from werkzeug.exceptions import HTTPException

from exchange import openapi
from exchange.openapi.parameters import path_of
from representations import XSD, json_schema
from representations.base import Shape

_LINK = re.compile(r'<[^>]*/schemas/([^>]+)\.(json|xsd)>; rel="describedby"; type="([^"]+)"')
_DESCRIBED = ("application/json", "application/xml", "text/xml")
_documents: WeakKeyDictionary[Any, dict[tuple[str, str], bytes]] = WeakKeyDictionary()
_told: dict[frozenset[tuple[str, str]], Any] = {}
_seen: set[tuple[int, bytes]] = set()


class Checked(FlaskClient):
    def open(self, *args: Any, **options: Any) -> Any:
        answer = super().open(*args, **options)
        check_described(self.application, answer)
        if "Content-Length" in answer.headers and "Content-Encoding" not in answer.headers:
            check(self.application, answer)
        return answer


def check_described(app: Any, answer: Any) -> None:
    """/openapi.json has the route and method, with the status, fields and media type of the answer;
    and if nothing is wrong with it, the parameters of the query."""
    asked, method = answer.request, answer.request.method.replace("HEAD", "GET")
    try:
        rule, _ = app.url_map.bind("test").match(asked.path, method, return_rule=True)
    except HTTPException:
        return
    if method == "OPTIONS" or answer.status_code == 405:
        return
    told = _openapi(app)
    operation = told["paths"][path_of(rule.rule)][method.lower()]
    found = operation["responses"].get(str(answer.status_code))
    assert found, f"{method} {rule.rule} answers {answer.status_code}"
    response = _referred(told, found)
    more = {*answer.headers.keys()} - {"Content-Type", "Content-Length"} - {*response["headers"]}
    assert not more, f"{method} {rule.rule} {answer.status_code}: {more}"
    if answer.headers.get("Content-Length", "0") != "0":
        assert answer.content_type.partition("; charset")[0] in response["content"]
    if answer.status_code < 300 and "Preference-Applied" not in answer.headers:
        known = {_referred(told, each)["name"] for each in operation["parameters"]}
        assert {*asked.args} <= known, f"{method} {rule.rule}: {asked.args}"


def _openapi(app: Any) -> Any:
    """The document of the application, made once for all that have the same routes."""
    routes = frozenset((str(rule), rule.endpoint) for rule in app.url_map.iter_rules())
    if routes not in _told:
        with app.app_context():
            _told[routes] = openapi.document(app)
    return _told[routes]


def _referred(told: Any, found: Any) -> Any:
    if "$ref" not in found:
        return found
    _, _, kind, name = found["$ref"].split("/")
    return told["components"][kind][name]


def check(app: Any, answer: Any) -> None:
    """The answer has a link to its schema, if its format has one, and is valid by it."""
    linked, kind = _LINK.search(answer.headers.get("Link", "")), answer.mimetype or ""
    problem = kind.startswith("application/problem+")
    if not answer.data or not (problem or kind in _DESCRIBED):
        return
    if linked is None:
        assert answer.request.path.endswith((".json", ".xsd")), answer.request.path
        return
    name, suffix, _ = linked.groups()
    assert (name == "problem") == problem
    assert suffix == ("json" if kind.endswith("json") else "xsd")
    validator = compiled(suffix, document(app, name, suffix))
    if (key := (id(validator), answer.data)) not in _seen:
        _seen.add(key)
        validator(answer.data)


def document(app: Any, name: str, suffix: str) -> bytes:
    """The schema as /schemas answers it, made without a request that a test could count."""
    known = _documents.setdefault(app, {})
    if (name, suffix) not in known:
        data = {"name": name, "types": app.types}
        if suffix == "json":
            content = json.dumps(json_schema.document(name, app.types)).encode()
        else:
            content = XSD.encode(data, Shape("schema"))
        known[name, suffix] = content
    return known[name, suffix]


@lru_cache(None)
def compiled(suffix: str, document: bytes) -> Any:
    """What raises the validator's error for content that is not valid."""
    if suffix == "xsd":
        return xmlschema.XMLSchema(document).validate
    schema = json.loads(document)
    Draft202012Validator.check_schema(schema)
    found = _Validator(schema, format_checker=FormatChecker())
    return lambda content: found.validate(json.loads(content))


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[Any]:
    """As in ECMA-262, where $ is the end alone; Python's is also what comes before a line feed."""
    if isinstance(instance, str) and not re.search(rf"{pattern.removesuffix('$')}\Z", instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


_Validator = validators.extend(Draft202012Validator, {"pattern": _pattern})
