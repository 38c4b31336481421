"""An example of a type, from its description: data that its schemas allow."""

from typing import Any

from representations.base import Data
from representations.schema import Kind, Listed, Named, Object, Property, Type, Types, Value

_EXAMPLES: dict[Kind, Any] = {
    Kind.INTEGER: 1,
    Kind.BOOLEAN: True,
    Kind.MONEY: "19.90",
    Kind.DAY: "2026-11-22",
    Kind.MOMENT: "2026-11-22T07:16:00Z",
}


def example(type: Object, types: Types, whole: str | None = None) -> Data:
    """What a document of the type may hold: of what is sent all members but those that `expand`
    adds, of what is taken all that are not ignored. whole: the type in whose list it stands; what
    is taken refers to none, since that is to be made."""
    left_out = f"{whole}_id" if type.is_input else None
    return {
        name: _of(name, each.type, types, type.tag)
        for name, each in type.properties.items()
        if not (each.ignored or _is_added(each) or name == left_out)
    }


def _is_added(property: Property) -> bool:
    return isinstance(property.type, Named) and not property.required


def _of(name: str, type: Type, types: Types, whole: str) -> Data:
    if isinstance(type, Named):
        return example(types[type.name], types, whole)
    if isinstance(type, Object):
        return example(type, types, whole)
    if isinstance(type, Listed):
        return [_of(name, type.items, types, whole)]
    return _of_value(name, type)


def _of_value(name: str, value: Value) -> Data:
    if value.kind in _EXAMPLES:
        return _EXAMPLES[value.kind]
    return next(iter(value.choices or value.examples), name)
