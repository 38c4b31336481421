"""The client of all tests: it holds every answer to the schema that the answer links to.

Validators of others read the schemas. A stream is left to its test, and what is compressed has the
content of what is not.
"""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import xmlschema
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators

from representations import XSD, json_schema
from representations.base import Shape

_LINK = re.compile(r'<[^>]*/schemas/([^>]+)\.(json|xsd)>; rel="describedby"; type="([^"]+)"')
_DESCRIBED = ("application/json", "application/xml", "text/xml")
_documents: WeakKeyDictionary[Any, dict[tuple[str, str], bytes]] = WeakKeyDictionary()
_seen: set[tuple[int, bytes]] = set()


class Checked(FlaskClient):
    def open(self, *args: Any, **options: Any) -> Any:
        answer = super().open(*args, **options)
        if "Content-Length" in answer.headers and "Content-Encoding" not in answer.headers:
            check(self.application, answer)
        return answer


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
    schema = json.loads(document, parse_float=Decimal)
    Draft202012Validator.check_schema(json.loads(document))
    found = _Validator(schema, format_checker=FormatChecker())
    return lambda content: found.validate(json.loads(content, parse_float=Decimal))


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[Any]:
    """As in ECMA-262, where $ is the end alone; Python's is also what comes before a line feed."""
    if isinstance(instance, str) and not re.search(rf"{pattern.removesuffix('$')}\Z", instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _is_integer(checker: Any, instance: Any) -> bool:
    """Any number without a fraction (JSON Schema, 6.1.1), a Decimal too."""
    is_number = isinstance(instance, int | Decimal) and not isinstance(instance, bool)
    return is_number and instance == int(instance)


_Validator = validators.extend(
    Draft202012Validator,
    {"pattern": _pattern},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer),
)
