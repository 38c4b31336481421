"""What an annotation says of the values of a member, for who describes them to others."""

from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

_NAMES = ("max_length", "pattern", "ge", "lt", "max_digits", "decimal_places", "examples")


def facets(annotation: Any) -> Mapping[str, Any]:
    """The bounds by their names, `choices`, all the values of a Literal, and `examples`."""
    bare = bare_type(annotation)
    choices = {"choices": get_args(bare)} if get_origin(bare) is Literal else {}
    told = {
        name: getattr(each, name)
        for each in _metadata(annotation)
        for name in _NAMES
        if getattr(each, name, None) is not None
    }
    return told | choices


def bare_type(annotation: Any) -> Any:
    """The type without `Annotated` and `| None`."""
    inner = _without_none(annotation)
    return get_args(inner)[0] if get_origin(inner) is Annotated else inner


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) not in (Union, UnionType):
        return annotation
    return next(each for each in get_args(annotation) if each is not type(None))


def _metadata(annotation: Any) -> Iterator[Any]:
    inner = _without_none(annotation)
    for each in get_args(inner)[1:] if get_origin(inner) is Annotated else ():
        yield from [each, *each.metadata] if isinstance(each, FieldInfo) else [each]
