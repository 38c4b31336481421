"""Pictures and movies: bytes that stand beside the members of a row, and are sent as they are."""

from collections.abc import Callable

from representations.base import Data, Representation, Shape, json_pointer


def _encode(part: str) -> Callable[[Data, Shape], bytes]:
    def encode(data: Data, shape: Shape) -> bytes:
        content: bytes = data[part]
        return content

    return encode


MP4 = Representation("mp4", "video/mp4", _encode("video"), None, json_pointer, part="video")
PNG = Representation("png", "image/png", _encode("poster"), None, json_pointer, part="poster")
