"""Server-sent events (HTML, 9.2.5 and 9.2.6), read as the standard says."""

import json

import pytest

from representations.base import Shape
from representations.events import encode, stream

TASK = Shape("task")
HOSTILE = ["a\nb", "a\r\ndata: x", "\n\nevent: other\n\n", "\u2028", "", ": comment"]


def events(content: bytes) -> list[tuple[str, str]]:
    """The type and the data of each event."""
    found, kind, data = [], "message", []
    for line in content.decode().replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        name, _, value = line.partition(":")
        if line == "" and data:
            found.append((kind, "\n".join(data)))
            kind, data = "message", []
        elif name == "event":
            kind = value.removeprefix(" ")
        elif name == "data":
            data.append(value.removeprefix(" "))
    return found


@pytest.mark.parametrize("text", HOSTILE)
def test_an_event_is_one_event_whatever_is_in_it(text):
    ((kind, data),) = events(encode({"id": text}, TASK))
    assert kind == "task"
    assert json.loads(data) == {"id": text}


def test_a_stream_says_when_to_ask_again_and_that_it_lives():
    pieces = list(stream([[{"n": 1}], [], [{"n": 2}, {"n": 3}]], {}, TASK))
    assert pieces[0] == b"retry: 2000\n\n"
    assert pieces[2] == b":\n\n"
    assert [json.loads(data)["n"] for _, data in events(b"".join(pieces))] == [1, 2, 3]
