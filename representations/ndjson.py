"""NDJSON: the items of a collection, each as JSON on a line of its own; for pipelines."""

from collections.abc import Iterable, Iterator

import msgspec

from representations.base import Data, Representation, Shape, json_pointer

_ENCODER = msgspec.json.Encoder()


def encode(data: Data, shape: Shape) -> bytes:
    return _ENCODER.encode_lines(data["items"])


def stream(batches: Iterable[list[Data]], rest: Data, shape: Shape) -> Iterator[bytes]:
    """The lines, batch by batch; what stands beside the items has no place here."""
    return map(_ENCODER.encode_lines, batches)


NDJSON = Representation(
    "ndjson", "application/x-ndjson", encode, None, json_pointer, stream=stream, tabular=True
)
