"""Finding, reading and writing rows, in the unit of work in hand."""

from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Select, bindparam, func, inspect, null, select
from sqlalchemy.exc import IntegrityError

from models.base import Data, Model
from models.database import session
from models.errors import Conflict, Fault, Invalid, NotFound, Path

Row = TypeVar("Row", bound=Model)


def find(model: type[Row], id: int) -> Row:
    """The row, locked until the end of the unit of work, to be written. Raises NotFound."""
    row = session().get(model, id, with_for_update=True)
    if row is None:
        raise NotFound(f"there is no {model.type_name()} {id}")
    return row


def read(model: type[Model], id: int) -> Data:
    """The plain data of a row, and its version. Raises NotFound."""
    statement, names = _by_id(model)
    rows = _fetch(model, names, statement, {"id": id})
    if not rows:
        raise NotFound(f"there is no {model.type_name()} {id}")
    return rows[0]


def exists(model: type[Model], id: int) -> None:
    """Raises NotFound if there is no such row."""
    if session().scalar(select(model.__table__.c.id).where(model.__table__.c.id == id)) is None:
        raise NotFound(f"there is no {model.type_name()} {id}")


def save(row: Row, data: Data) -> Row:
    """The row with the data, written. Raises Invalid or Conflict with what is wrong."""
    with session().no_autoflush:
        _check_references(type(row), data)
        _check_unique(row, data)
        row.take(data)
        row.touch()
    session().add(row)
    session().flush()
    return row


def remove(row: Model) -> None:
    """Deletes the row. Raises Conflict if other rows refer to it, or the model has rules."""
    row.leave()
    session().delete(row)
    try:
        session().flush()
    except IntegrityError as error:
        raise Conflict(f"other rows refer to this {row.type_name()}") from error


def page(
    model: type[Model], statement: Select[Any], number: int, size: int
) -> tuple[list[Data], int]:
    """The rows of a page, ordered by id, and how many rows there are in all. Pages count from 1.

    The statement is a select of the model; whatever it joins or filters is kept.
    """
    counted = statement.with_only_columns(func.count(), maintain_column_froms=True)
    names, columns = _columns(model)
    wanted = statement.with_only_columns(*columns, maintain_column_froms=True)
    wanted = wanted.order_by(model.__table__.c.id).limit(size).offset((number - 1) * size)
    return _fetch(model, names, wanted), session().scalar(counted) or 0


def _fetch(
    model: type[Model], names: list[str], statement: Select[Any], values: Data | None = None
) -> list[Data]:
    """The rows as plain data, with the items that stand in them: one more statement for each
    kind of items, however many rows there are."""
    found = session().connection().execute(statement, values)
    rows = [dict(zip(names, row, strict=True)) for row in found]
    for name, member in model.members().items():
        if member.items and rows:
            _embed(model, member.items, name, rows)
    return rows


def _embed(model: type[Model], items: type[Model], name: str, rows: list[Data]) -> None:
    relation = inspect(model).relationships[name]
    ((_, parent),) = relation.local_remote_pairs
    names, columns = _columns(items)
    statement = select(*columns).where(parent.in_([row["id"] for row in rows]))
    by_parent: dict[int, list[Data]] = {row["id"]: [] for row in rows}
    for item in _fetch(items, names, statement.order_by(*relation.order_by or ())):
        by_parent[item[parent.name]].append(item)
    for row in rows:
        row[name] = by_parent[row["id"]]


@cache
def _columns(model: type[Model]) -> tuple[list[str], list[Any]]:
    """The names of the members, and a column for each: null where items will be put."""
    table = model.__table__.c
    members = model.members()
    return [*members], [
        null().label(name) if member.items else table[name] for name, member in members.items()
    ]


@cache
def _by_id(model: type[Model]) -> tuple[Select[Any], list[str]]:
    names, columns = _columns(model)
    table = model.__table__.c
    return select(*columns, table.version).where(table.id == bindparam("id")), [*names, "version"]


def _check_references(model: type[Model], data: Data) -> None:
    """Raises Invalid for each member that names a row which does not exist."""
    faults = []
    for target, wanted in _references(model, data, ()).items():
        ids = {id for _, id in wanted}
        known = set(session().scalars(select(target).where(target.in_(ids))))
        faults += [Fault(path, f"there is no {id}") for path, id in wanted if id not in known]
    if faults:
        raise Invalid("references to rows that do not exist", faults)


def _references(model: type[Model], data: Data, path: Path) -> dict[Any, list[tuple[Path, int]]]:
    found: dict[Any, list[tuple[Path, int]]] = {}
    for name, member in model.members().items():
        value = data.get(name)
        if member.items:
            inner = [_references(member.items, each, (*path, name, i)) for i, each in enumerate(value or ())]
        else:
            keys = model.__table__.c[name].foreign_keys
            inner = [{key.column: [((*path, name), value)]} for key in keys if value is not None]
        for each in inner:
            for target, wanted in each.items():
                found.setdefault(target, []).extend(wanted)
    return found


def _check_unique(row: Model, data: Data) -> None:
    """Raises Conflict if another row has a value that must be unique."""
    table = row.__table__.c
    for name, value in data.items():
        if name in table and table[name].unique:
            statement = select(table.id).where(table[name] == value, table.id != (row.id or 0))
            if session().scalar(statement) is not None:
                fault = Fault((name,), "another one has this already")
                raise Conflict(f"a {row.type_name()} with this {name} exists", [fault])
