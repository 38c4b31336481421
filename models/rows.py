"""Finding and writing rows, in the unit of work in hand."""

from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.base import Model
from models.errors import Conflict, Fault, Invalid, NotFound, Path
from models.reading import Data, lock_whole
from models.session import session

Row = TypeVar("Row", bound=Model)


def find(model: type[Row], id: int) -> Row:
    """The row, locked until the end of the unit of work, to be written. Raises NotFound."""
    lock_whole(model, id)
    row = session().get(model, id, with_for_update=True)
    if row is None:
        raise NotFound(f"there is no {model.type_name()} {id}")
    return row


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
            inner = [
                _references(member.items, each, (*path, name, i))
                for i, each in enumerate(value or ())
            ]
        else:
            keys = model.__table__.c[name].foreign_keys
            inner = [{key.column: [((*path, name), value)]} for key in keys if value is not None]
        for each in inner:
            for target, wanted in each.items():
                found.setdefault(target, []).extend(wanted)
    return found


def _check_unique(row: Model, data: Data) -> None:
    """Raises Conflict if another row has a value that must be unique."""
    table: Any = row.__table__.c
    mine: Any = row
    for name, value in data.items():
        if name in table and table[name].unique:
            statement = select(table.id).where(table[name] == value, table.id != (mine.id or 0))
            if session().scalar(statement) is not None:
                fault = Fault((name,), "another one has this already")
                raise Conflict(f"a {row.type_name()} with this {name} exists", [fault])
