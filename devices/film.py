"""From frames to a movie: H.264 in MP4, and its first picture as PNG, by PyAV.

The same frames make the same bytes, on any machine: one thread encodes, by no shortcut that only
some processors have, and nothing tells the time or the program.
"""

from collections.abc import Callable
from contextlib import closing
from fractions import Fraction
from io import BytesIO
from itertools import islice
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

from devices.camera import Camera, Unavailable

if TYPE_CHECKING:
    import av

LARGEST = 8 * 2**20  # bytes of a movie
PATIENCE = 30  # seconds that making a movie may take beyond those that it has
_X264 = {"preset": "veryfast", "x264-params": "cpu-independent=1"}

Progress = Callable[[int], None]  # told how much is done, in percent


class Film(NamedTuple):
    """A movie (video/mp4), and its first picture (image/png)."""

    video: bytes
    poster: bytes


def film(camera: Camera, seconds: int, progress: Progress) -> Film:
    """What the camera shows for so many seconds, one frame in memory at a time. What progress
    raises ends it.

    Raises Unavailable: the camera fails, ends, or is too slow, or there is more than LARGEST.
    """
    import av  # takes 20 MiB, and time, of which a server without cameras should not know

    until = monotonic() + seconds + PATIENCE
    video, poster, number = BytesIO(), b"", 0
    try:
        with closing(camera.frames()) as frames, _container(video) as container:
            stream = _stream(container, camera)
            for number, picture in enumerate(islice(frames, seconds * camera.rate), 1):
                frame = _frame(picture, camera, number - 1)
                poster = poster or _png(frame)
                container.mux(stream.encode(frame))
                _check(video, until)
                if number % camera.rate == 0:
                    progress(100 * number // (camera.rate * seconds))
            container.mux(stream.encode(None))
    except (OSError, av.FFmpegError) as error:
        raise Unavailable(f"the camera failed after {number} frames") from error
    if number < seconds * camera.rate:
        raise Unavailable(f"the camera ended after {number} frames")
    return Film(video.getvalue(), poster)


def _check(video: BytesIO, until: float) -> None:
    if video.tell() > LARGEST:
        raise Unavailable(f"the movie is larger than {LARGEST} bytes")
    if monotonic() > until:
        raise Unavailable("the camera is too slow")


def _container(video: BytesIO) -> "av.container.OutputContainer":
    import av

    return av.open(video, "w", format="mp4", options={"fflags": "+bitexact"})


def _stream(container: "av.container.OutputContainer", camera: Camera) -> Any:
    stream: Any = container.add_stream("libx264", rate=camera.rate, options=_X264)
    stream.width, stream.height = camera.size
    stream.pix_fmt = "yuv420p"  # what every player takes
    stream.codec_context.thread_count = 1
    return stream


def _frame(picture: bytes, camera: Camera, number: int) -> "av.VideoFrame":
    """The picture as PyAV has it, its rows as long as FFmpeg wants them."""
    import av

    width, height = camera.size
    if len(picture) != width * height * 3:
        raise Unavailable(f"a frame of {len(picture)} bytes, not {width} * {height} * 3")
    frame = av.VideoFrame(width, height, "rgb24")
    (plane,) = frame.planes
    row, wanted = width * 3, plane.line_size
    rows = (picture[start : start + row] for start in range(0, len(picture), row))
    plane.update(picture if row == wanted else b"".join(each.ljust(wanted, b"\0") for each in rows))
    frame.pts, frame.time_base = number, Fraction(1, camera.rate)
    return frame


def _png(frame: "av.VideoFrame") -> bytes:
    import av

    codec: Any = av.CodecContext.create("png", "w")
    codec.width, codec.height, codec.pix_fmt = frame.width, frame.height, "rgb24"
    codec.time_base = Fraction(1, 1)
    return b"".join(map(bytes, [*codec.encode(frame), *codec.encode(None)]))
