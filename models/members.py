"""The one description of a type: what its mapped class says of its members."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    NotRequired,
    get_args,
    get_origin,
    get_type_hints,
)

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config
from sqlalchemy.orm import Mapped
from typing_extensions import TypedDict

from models.errors import Fault, Invalid
from models.facets import bare_type, facets

if TYPE_CHECKING:
    from models.base import Model

MAX_FAULTS = 100  # that one answer lists
MAX_ITEMS = 200  # of a list inside an object
MAX_NAME = 200  # characters of a name that a fault repeats


@dataclass(frozen=True)
class Member:
    """One member of a type.

    annotation: what it is, and what is accepted for it. kind: the Python type of its values.
    items: the model of a list's items, None for a plain value. refers_to: the model whose id it
    holds, if any. required: a write must have it. server_written: a write may have it, and it is
    ignored. nullable: a row may have none. facets: the bounds on its values, by the names that
    annotated-types and pydantic have for them; `choices` and `examples`.
    """

    name: str
    annotation: Any
    kind: Any
    items: "type[Model] | None"
    required: bool
    server_written: bool
    refers_to: "type[Model] | None" = None
    nullable: bool = False
    facets: Mapping[str, Any] = field(default_factory=dict)


@cache
def members(model: "type[Model]") -> Mapping[str, Member]:
    """The members of the model by name, in the order of every format."""
    hints = get_type_hints(model, include_extras=True)
    mapped = {name: get_args(hint)[0] for name, hint in hints.items() if get_origin(hint) is Mapped}
    return {
        name: _member(model, name, annotation)
        for name, annotation in mapped.items()
        if name in model.__table__.c or get_origin(annotation) is list
        if name not in model.hidden
    }


def _member(model: "type[Model]", name: str, annotation: Any) -> Member:
    if get_origin(annotation) is list:
        (items,) = get_args(annotation)
        most = {"most": MAX_ITEMS}
        return Member(name, annotation, list, items, False, False, facets=most)
    column = model.__table__.c[name]
    server_written = bool(column.info.get("server_written"))
    required = not (column.nullable or server_written or column.info.get("optional"))
    refers_to = next((_model_of(model, key.column.table) for key in column.foreign_keys), None)
    plain, nullable, told = _plain(annotation), bool(column.nullable), facets(annotation)
    return Member(
        name, annotation, plain, None, required, server_written, refers_to, nullable, told
    )


def _model_of(model: "type[Model]", table: Any) -> Any:
    return next(each.class_ for each in model.registry.mappers if each.local_table is table)


def _plain(annotation: Any) -> Any:
    """The type under `Annotated` and `| None`."""
    bare = bare_type(annotation)
    origin = get_origin(bare)
    return str if origin is Literal else origin or bare


@cache
def accepted(model: "type[Model]") -> Any:
    """The type of what a client may write: a TypedDict that pydantic reads."""
    given = {member.name: _accepted(member) for member in members(model).values()}
    # What the server adds is accepted and ignored, so that what was read can be sent back.
    added = [name.removesuffix("_id") for name, each in members(model).items() if each.refers_to]
    given |= dict.fromkeys(["links", *added], NotRequired[Any])
    written = TypedDict(model.type_name(), given)  # type: ignore[misc]
    return with_config(ConfigDict(extra="forbid", strict=True))(written)


def _accepted(member: Member) -> Any:
    if member.server_written:
        return NotRequired[Any]
    if member.items:
        items: Any = list[accepted(member.items)]  # type: ignore[misc]
        return NotRequired[Annotated[items, Field(max_length=MAX_ITEMS)] | None]
    return member.annotation if member.required else NotRequired[member.annotation | None]


@cache
def _adapter(model: "type[Model]") -> TypeAdapter[dict[str, Any]]:
    return TypeAdapter(accepted(model))


def accept(model: "type[Model]", data: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """The members that a client writes, each with its value, None where it gave none.

    given: members whose value is known already; the data may leave them out, and another value is
    a fault. Raises Invalid with every fault.
    """
    faults = _contradictions(data, given)
    try:
        whole = {**data, **given} if isinstance(data, dict) else data
        valid = _adapter(model).validate_python(whole)
    except ValidationError as error:
        faults += _faults(error)
    if faults:
        count = f"{len(faults)} fault{'s' if len(faults) > 1 else ''}"
        raise Invalid(f"{count} in the {model.type_name()}", faults)
    return _written(model, valid)


def _contradictions(data: Any, given: Mapping[str, Any]) -> list[Fault]:
    if not isinstance(data, dict):
        return []
    return [
        Fault((name,), f"is {value} in the path")
        for name, value in given.items()
        if data.get(name) not in (None, value)
    ]


def _written(model: "type[Model]", valid: Mapping[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for name, member in members(model).items():
        if member.items:
            data[name] = [_line(member.items, each) for each in valid.get(name) or ()]
        elif not member.server_written:
            data[name] = valid.get(name)
    return data


def _line(model: "type[Model]", valid: Mapping[str, Any]) -> dict[str, Any]:
    """The accepted data of an item in a list, and its id, by which it may be known again."""
    id = valid.get("id")
    return {"id": id if type(id) is int else None} | _written(model, valid)


def _faults(error: ValidationError) -> list[Fault]:
    details = error.errors(include_url=False, include_input=False)[:MAX_FAULTS]
    return [Fault(tuple(map(_short, each["loc"])), _words(each)) for each in details]


def _short(step: str | int) -> str | int:
    """A name that a client made up is told by its beginning: an answer has bounds."""
    long = isinstance(step, str) and len(step) > MAX_NAME
    return f"{step[:MAX_NAME]}..." if isinstance(step, str) and long else step


def _words(error: Mapping[str, Any]) -> str:
    words = _WORDS.get(error["type"])
    if words:
        return words.format(**error.get("ctx", {}))
    message: str = error["msg"]
    return message.replace("Input should", "should", 1)


_WORDS = {  # by pydantic's type of error
    "missing": "is required",
    "extra_forbidden": "is not a member of this type",
    "value_error": "{error}",
    "dict_type": "should be an object with members",
    "list_type": "should be a list",
    "string_type": "should be text",
    "int_type": "should be a whole number",
    "string_too_long": "has more than {max_length} characters",
    "string_pattern_mismatch": "does not match {pattern}",
    "too_long": "has more than {max_length} items",
    "decimal_max_digits": "has more than {max_digits} digits",
    "decimal_max_places": "has more than {decimal_places} places",
    "decimal_whole_digits": "has more than {whole_digits} digits before the point",
}
