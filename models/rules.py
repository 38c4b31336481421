"""What a member's type demands of its values, in the words of JSON Schema."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter


@cache
def rules_of(annotation: Any) -> Mapping[str, Any]:
    """`enum`, `maxLength`, `pattern`, `minimum`, ... of the type, null left aside."""
    schema = TypeAdapter(annotation).json_schema()
    return next((each for each in schema.get("anyOf", ()) if each.get("type") != "null"), schema)
