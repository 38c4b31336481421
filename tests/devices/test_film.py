"""From frames to a movie, and what a camera may do wrong meanwhile."""

import sys
from io import BytesIO

import av
import pytest

from devices import Unavailable, film
from devices.pattern import Pattern

making = sys.modules["devices.film"]  # the package has the function under this name


class Fake:
    """A camera of few pixels. frames are made by what it is given."""

    size, rate = (32, 16), 5

    def __init__(self, make):
        self.make, self.closed = make, False

    def frames(self):
        try:
            yield from self.make()
        finally:
            self.closed = True


def grey(count):
    for each in range(count):
        yield bytes([each % 256]) * (32 * 16 * 3)


def broken():
    yield from grey(3)
    raise OSError("the cable")


def ignore(done):
    pass


def decoded(content):
    with av.open(BytesIO(content)) as container:
        (stream,) = container.streams
        frames = [*container.decode(video=0)]
        return stream, frames, container.duration


def test_a_movie_has_the_frames_the_size_and_the_duration():
    made = film(Pattern(0), 3, ignore)
    stream, frames, duration = decoded(made.video)
    assert stream.codec_context.name == "h264"
    assert len(frames) == 30
    assert {(frame.width, frame.height) for frame in frames} == {(320, 240)}
    assert duration == 3_000_000  # microseconds
    assert [frame.time for frame in frames] == [each / 10 for each in range(30)]


def test_the_poster_is_the_first_picture_to_the_pixel():
    made = film(Pattern(0), 1, ignore)
    with av.open(BytesIO(made.poster), format="png_pipe") as container:
        (picture,) = container.decode(video=0)
    assert bytes(picture.reformat(format="rgb24").planes[0]) == next(Pattern(0).frames())


def test_the_same_frames_make_the_same_bytes():
    assert film(Pattern(7), 2, ignore) == film(Pattern(7), 2, ignore)
    assert film(Pattern(7), 2, ignore).video != film(Pattern(8), 2, ignore).video


def test_progress_is_told_every_second_up_to_the_whole():
    told = []
    film(Pattern(0), 4, told.append)
    assert told == [25, 50, 75, 100]


def test_what_progress_raises_ends_it_and_lets_go_of_the_device():
    camera = Fake(lambda: grey(1000))

    def cancel(done):
        raise KeyError(done)

    with pytest.raises(KeyError):
        film(camera, 60, cancel)
    assert camera.closed


@pytest.mark.parametrize(
    ("make", "told"),
    [
        pytest.param(lambda: grey(7), "ended after 7", id="it ends early"),
        pytest.param(lambda: grey(0), "ended after 0", id="it never begins"),
        pytest.param(broken, "failed after 3", id="it breaks"),
        pytest.param(lambda: iter([b"x"]), "a frame of 1 bytes", id="no such picture"),
    ],
)
def test_a_camera_that_fails_is_unavailable_and_closed(make, told):
    camera = Fake(make)
    with pytest.raises(Unavailable, match=told):
        film(camera, 2, ignore)
    assert camera.closed


@pytest.mark.parametrize(
    ("bound", "value", "told"),
    [("LARGEST", 40, "larger than 40 bytes"), ("PATIENCE", -60, "too slow")],
)
def test_a_movie_has_bounds(monkeypatch, bound, value, told):
    monkeypatch.setattr(making, bound, value)
    with pytest.raises(Unavailable, match=told):
        film(Fake(lambda: grey(1000)), 60, ignore)


def test_rows_may_have_any_even_length():
    class Odd(Fake):
        size, rate = (34, 18), 1

    made = film(Odd(lambda: iter([bytes(range(34 * 3)) * 18])), 1, ignore)
    with av.open(BytesIO(made.poster), format="png_pipe") as container:
        (picture,) = container.decode(video=0)
    plane = picture.reformat(format="rgb24").planes[0]
    content = bytes(plane)
    assert content[: 34 * 3] == content[plane.line_size :][: 34 * 3] == bytes(range(34 * 3))
