"""What a patch format is: a description of changes to data, applied whole or not at all."""

from collections.abc import Callable
from dataclasses import dataclass

from representations.base import Data, Path, Shape

LONGEST = 200  # characters of a client's text that a message repeats
MOST_WORK = 2**19  # nodes


class Inapplicable(Exception):
    """The patch does not fit the data: a test that fails, a place that there is not."""


class Unprocessable(Exception):
    """What would come of the patch cannot be: too many operations, too large, or unreadable."""


@dataclass(frozen=True)
class Bounds:
    """What a patch is held to: levels of nesting, operations, bytes of the document, characters of
    a selector."""

    depth: int
    operations: int
    size: int
    selector: int = 1000


class Work:
    """What a patch may still do, in nodes that it looks at: while it is applied nobody else can
    write the row. A thousand operations on the longest invoice stay below it."""

    def __init__(self) -> None:
        self._left = MOST_WORK

    def spend(self, nodes: int) -> None:
        """Raises Unprocessable when it is used up."""
        self._left -= nodes
        if self._left < 0:
            raise Unprocessable("the patch is too much work")


@dataclass(frozen=True)
class Patch:
    """A patch format: its media type, what applies a patch, and how a path is said in its terms.

    apply: takes the content, the data as a view returns it and its shape, the charset parameter of
    the media type, and bounds; gives other data, which may be anything that the format can say.
    Raises Malformed for what is no patch, Inapplicable and Unprocessable.
    """

    media_type: str
    apply: Callable[[bytes, Data, Shape, str | None, Bounds], Data]
    pointer: Callable[[Path, Shape], str]


def short(text: object) -> str:
    """The client's text, for a message."""
    said = str(text)
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}..."
