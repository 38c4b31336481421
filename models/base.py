"""The base of every model: its members, its version, and its plain data."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar, cast

from sqlalchemy import Select
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from models.filters import Bounds, relations, searchable
from models.members import Member, accept, members
from models.reading import Data, read, related, stamp
from models.search import Search, Wanted
from models.types import now


class Model(DeclarativeBase):
    """A row of a table, and what its class says of it.

    version: raised with every write and compared by the database, so that of two writers who read
    the same one the second fails. It is no member: `to_dict` adds it, for who makes validators.
    hidden: columns that are no members. whole: the relation to what a row is a part of and is
    written with, None for most.
    """

    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012  no id is given twice
    hidden: ClassVar[frozenset[str]] = frozenset({"version"})
    whole: ClassVar[str | None] = None
    version: Mapped[int] = mapped_column(default=0, sort_order=999)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.version, "version_id_generator": False}

    @classmethod
    def type_name(cls) -> str:
        """The name of the type: `customer`."""
        return cls.__name__.lower()

    @classmethod
    def plural(cls) -> str:
        """The name of a collection of it: `customers`."""
        return str(cls.__tablename__)

    @classmethod
    def members(cls) -> Mapping[str, Member]:
        """Its members by name, in the order of every format."""
        return members(cls)

    @classmethod
    def searchable(cls) -> Mapping[str, Member]:
        """The members that can be filtered and sorted by."""
        return searchable(cls)

    @classmethod
    def relations(cls) -> Mapping[str, Member]:
        """The members that refer to other models, by the name of the relation: `customer`."""
        return relations(cls)

    @classmethod
    def related(cls, reference: Member, rows: list[Data]) -> dict[int, Data]:
        """The plain data of all that the rows refer to by the member, by id, in one statement."""
        return related(reference.refers_to, {row[reference.name] for row in rows})

    @classmethod
    def read(cls, id: int | str) -> Data:
        """The plain data of a row, and its version. Raises NotFound."""
        return read(cls, id)

    @classmethod
    def accept(cls, data: Any, **given: Any) -> Data:
        """What a client may write of the data: a value or None for each member that is not the
        server's. given: what the data may leave out, but not contradict. Raises Invalid with every
        fault."""
        return accept(cls, data, given)

    @classmethod
    def stamp(cls, id: int | str, *, lock: bool = False) -> tuple[int, datetime | None]:
        """The version of a row, and when it was changed, if that is known. Raises NotFound.

        lock: nobody else can change it until the end of the unit of work.
        """
        return stamp(cls, id, lock=lock)

    @classmethod
    def search(
        cls, statement: Select[Any], filters: Iterable[Wanted], sort: str, bounds: Bounds
    ) -> Search:
        """The rows of a select of this model that hold to every filter (name, operator, text), in
        order. Raises Unsearchable, also for what is beyond the bounds."""
        return Search(cls, statement, filters, sort, bounds)

    def take(self, data: Data) -> None:
        """Takes over accepted data. Raises Invalid or Conflict where the model has rules."""
        for name, value in data.items():
            setattr(self, name, value)

    def leave(self) -> None:
        """Prepares for being deleted. Raises Conflict where the model has rules."""

    def touch(self) -> None:
        """Makes this a new version, also when nothing else has changed."""
        self.version = (self.version or 0) + 1
        moment, stamped = now(), cast(Any, self)
        if "created_at" in self.members():
            stamped.created_at = stamped.created_at or moment
        if "updated_at" in self.members():
            stamped.updated_at = moment

    def to_dict(self) -> Data:
        """Plain data: every member, and the version."""
        return self._plain() | {"version": self.version}

    def _plain(self) -> Data:
        return {
            name: [item._plain() for item in getattr(self, name)]
            if member.items
            else getattr(self, name)
            for name, member in self.members().items()
        }
