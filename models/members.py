"""The one description of a type: what its mapped class says of its members."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config
from sqlalchemy.orm import Mapped
from typing_extensions import TypedDict

from models.errors import Fault, Invalid

if TYPE_CHECKING:
    from models.base import Model

MAX_FAULTS = 100  # that one answer lists
MAX_ITEMS = 1000  # of a list inside an object


@dataclass(frozen=True)
class Member:
    """One member of a type.

    annotation: what it is, and what is accepted for it. kind: the Python type of its values.
    items: the model of a list's items, None for a plain value. refers_to: the model whose id it
    holds, if any. required: a write must have it. server_written: a write may have it, and it is
    ignored.
    """

    name: str
    annotation: Any
    kind: Any
    items: "type[Model] | None"
    required: bool
    server_written: bool
    refers_to: "type[Model] | None" = None


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
        return Member(name, annotation, list, items, required=False, server_written=False)
    column = model.__table__.c[name]
    server_written = bool(column.info.get("server_written"))
    required = not (column.nullable or server_written or column.info.get("optional"))
    refers_to = next((_model_of(model, key.column.table) for key in column.foreign_keys), None)
    return Member(name, annotation, _plain(annotation), None, required, server_written, refers_to)


def _model_of(model: "type[Model]", table: Any) -> Any:
    return next(each.class_ for each in model.registry.mappers if each.local_table is table)


def _plain(annotation: Any) -> Any:
    """The type under `Annotated` and `| None`."""
    if get_origin(annotation) in (Union, UnionType):
        annotation = next(each for each in get_args(annotation) if each is not type(None))
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return str if get_origin(annotation) is Literal else annotation


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


def accept(model: "type[Model]", data: Any) -> dict[str, Any]:
    """The members that a client writes, each with its value, None where it gave none.

    Raises Invalid with every fault.
    """
    try:
        valid = _adapter(model).validate_python(data)
    except ValidationError as error:
        count = error.error_count()
        message = f"{count} fault{'s' if count > 1 else ''} in the {model.type_name()}"
        raise Invalid(message, _faults(error)) from error
    return _written(model, valid)


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
    return [Fault(each["loc"], _words(each)) for each in details]


def _words(error: Mapping[str, Any]) -> str:
    match error["type"]:
        case "missing":
            return "is required"
        case "extra_forbidden":
            return "is not a member of this type"
        case "value_error":
            return str(error["ctx"]["error"])
    message: str = error["msg"]
    return message.replace("Input should", "should", 1)
