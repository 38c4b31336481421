"""What can be wrong with a write or a search, in words without HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass

Path = Sequence[str | int]  # the way to a member: names, and places in lists from 0


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and where."""

    path: Path
    detail: str


class ModelError(Exception):
    """An error of the models: a message for a person, and the faults that it has a place for."""

    def __init__(self, message: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(message)
        self.faults = faults


class NotFound(ModelError):
    """There is no such row."""


class Unsearchable(ModelError):
    """A search names what there is not, or a value that cannot be; the message says what can."""


class Invalid(ModelError):
    """The data says something that cannot be, whatever is in the database."""


class Conflict(ModelError):
    """The data or the act does not fit what is in the database now."""


class Busy(ModelError):
    """The database is down, or others hold what is needed for too long."""
