"""Server-sent events (HTML, 9.2): what something is now, and again each time that it changes.

The data of each event is the JSON of what it was then.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from representations.base import Data, Shape
from representations.json import JSON

RETRY = 2000  # milliseconds after which a client that was cut off asks again


def encode(data: Data, shape: Shape) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (shape.name.encode(), JSON.encode(data, shape))


def stream(batches: Iterable[list[Data]], rest: Data, shape: Shape) -> Iterator[bytes]:
    """An event for each item; for an empty batch a comment, which shows that the stream lives."""
    yield b"retry: %d\n\n" % RETRY
    for batch in batches:
        yield b"".join(encode(item, shape) for item in batch) or b":\n\n"


EVENTS = replace(
    JSON,
    name="events",
    media_type="text/event-stream",
    encode=encode,
    decode=None,
    schema="",
    stream=stream,
)
