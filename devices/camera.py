"""What a camera is to this server, and what makes one of an address."""

from collections.abc import Callable, Generator
from typing import NamedTuple, Protocol


class Unavailable(Exception):
    """The device does not do what it should now; the message says what, to a client too."""


class Camera(Protocol):
    """A source of pictures.

    size: width and height of each, in pixels, both even. rate: pictures in a second. frames: the
    pictures from now on, without end: rows from the top, three bytes a pixel (red, green, blue).
    Closing it lets go of the device. It may raise Unavailable or OSError.
    """

    @property
    def size(self) -> tuple[int, int]: ...

    @property
    def rate(self) -> int: ...

    def frames(self) -> Generator[bytes, None, None]: ...


class Driver(NamedTuple):
    """A kind of camera. open: the camera at an address, whose meaning is the driver's; nothing is
    asked of the device yet. It raises ValueError for what is no address."""

    name: str
    open: Callable[[str], Camera]
