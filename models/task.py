"""Tasks: work that was accepted, and is done beside the request that asked for it."""

from hashlib import sha256
from secrets import token_hex
from time import time_ns
from typing import Annotated, Any, ClassVar, Literal, get_args

from sqlalchemy import JSON, BigInteger, Select, func, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Model
from models.errors import Conflict, NotFound
from models.reading import Data, columns_of, plain
from models.session import connection
from models.types import CodePoints, Moment, now

_State = Literal["queued", "running", "done", "failed", "cancelled"]
STATES: tuple[str, ...] = get_args(_State)
State = Annotated[_State, mapped_column(CodePoints(9))]
Token = Annotated[str, mapped_column(CodePoints(64))]
Fact = Annotated[dict[str, Any], mapped_column(JSON(none_as_null=True))]
_BESIDE = ("version", "result")  # what a task is known by beside its members


class Task(Model):
    """A piece of work, and how far it is.

    due: when somebody may take it, in milliseconds since 1970: at once, after a pause, or when the
    lease of its holder ends; null once it has ended. holder: the claim by which it runs, the only
    one that may end it. work: the name of what is to be done, and its arguments. owner: the name
    of who asked, empty for nobody's. result: what was made, as `movies/7`. once: of live tasks
    with the same value there is one.
    """

    __tablename__ = "tasks"
    __table_args__ = {"info": {"kept": False}}  # noqa: RUF012
    hidden: ClassVar = Model.hidden | {
        *("work", "arguments", "owner", "due", "holder", "result", "once"),
    }

    id: Mapped[Token] = mapped_column(primary_key=True)
    state: Mapped[State]
    progress: Mapped[int]
    attempts: Mapped[int]
    created_at: Mapped[Moment]
    started_at: Mapped[Moment | None]
    finished_at: Mapped[Moment | None] = mapped_column(index=True)
    problem: Mapped[Fact | None]
    work: Mapped[Token]
    arguments: Mapped[Fact]
    owner: Mapped[str] = mapped_column(CodePoints(200), index=True)
    due: Mapped[int | None] = mapped_column(BigInteger, index=True)
    holder: Mapped[Token | None]
    result: Mapped[Token | None]
    once: Mapped[Token | None] = mapped_column(unique=True)

    @classmethod
    def begin(cls, work: str, arguments: Data, owner: str = "", *, once: bool = False) -> str:
        """The id of a new task, queued in the unit of work in hand: it is there if that is.

        once: the id of the one that there is, while the same work with the same arguments has not
        ended. Raises Conflict, at the latest at the end of the unit, if two ask for that at once.
        """
        key = _key(work, arguments, owner) if once else None
        if key and (found := connection().scalar(select(cls.id).where(cls.once == key))):
            return str(found)
        task = {"id": new_id(), "state": "queued", "progress": 0, "attempts": 0, "version": 1}
        asked = {"work": work, "arguments": arguments, "owner": owner, "once": key}
        when = {"created_at": now(), "due": clock()}
        connection().execute(insert(cls).values(**task, **asked, **when))
        return str(task["id"])

    @classmethod
    def look(cls, id: str, owner: str | None = None) -> Data:
        """The plain data of a task, with its version and result. owner: whose alone; None:
        anybody's. Raises NotFound."""
        names, columns = columns_of(cls)
        beside = [cls.__table__.c[name] for name in _BESIDE]
        wanted = select(*columns, *beside).where(cls.id == id)
        found = connection().execute(wanted if owner is None else wanted.where(cls.owner == owner))
        rows = plain(cls, [*names, *_BESIDE], found.all())
        if not rows:
            raise NotFound("there is no such task; what has ended is forgotten after a while")
        return rows[0]

    @classmethod
    def stamp(cls, id: int | str, *, lock: bool = False) -> tuple[int, None]:
        """The version; a task changes more often than a date could tell."""
        return super().stamp(id, lock=lock)[0], None

    @classmethod
    def owned(cls, owner: str) -> Select[Any]:
        """The tasks of who asks."""
        return select(cls).where(cls.owner == owner)

    @classmethod
    def queue(cls) -> Data:
        """How many tasks there are in each state, and as `oldest` the seconds that the first of the
        queued has been due, 0 if none is."""
        counted = select(cls.state, func.count()).group_by(cls.state)
        states = dict.fromkeys(STATES, 0) | {
            row[0]: row[1] for row in connection().execute(counted)
        }
        due = connection().scalar(select(func.min(cls.due)).where(cls.state == "queued"))
        return {**states, "oldest": max(0, clock() - due) / 1000 if due else 0.0}

    @classmethod
    def cancel(cls, id: str, owner: str) -> None:
        """Nobody will do it, or end what was begun. Raises NotFound; Conflict once it has ended."""
        state = cls.look(id, owner)["state"]
        live = update(cls).where(cls.id == id, cls.due.is_not(None))
        if not connection().execute(live.values(**ended("cancelled"))).rowcount:
            raise Conflict(f"the task is {state}; only one that has not ended is cancelled")


def new_id() -> str:
    """An id that nobody guesses; later ones are greater."""
    return f"{time_ns() // 1000:014x}{token_hex(12)}"


def clock() -> int:
    """Milliseconds since 1970."""
    return time_ns() // 10**6


def ended(state: str, **values: Any) -> Data:
    """What is written of a task when it ends."""
    over = {"due": None, "holder": None, "once": None, "finished_at": now()}
    return {"state": state, "version": Task.version + 1, **over, **values}


def _key(work: str, arguments: Data, owner: str) -> str:
    return sha256(repr((work, sorted(arguments.items()), owner)).encode()).hexdigest()
