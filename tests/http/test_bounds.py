"""What a client makes up costs what it is worth: time, memory and the size of the answer."""

from time import monotonic

import pytest

from tests.conftest import Server
from tests.http.wire import JSON, XML, post


def names(count: int, end: str) -> bytes:
    return ("{" + "".join(f'"{place}":1,' for place in range(count)) + end + "}").encode()


def test_a_name_that_occurs_twice_is_found_in_linear_time(server: Server) -> None:
    def seconds(count: int) -> float:
        start = monotonic()
        assert post(server.port, JSON, names(count, '"z":1,"z":1')).status == 400
        return monotonic() - start

    seconds(100)
    assert seconds(60_000) < 10 * max(seconds(15_000), 0.02)


LONG = {
    "a name": b"<customer><key name='" + b"x" * 1_000_000 + b"'/></customer>",
    "quotes": b"<customer><key name='" + b'"' * 1_000_000 + b"'/></customer>",
    "many names of quotes": b"<customer>"
    + b"".join(b"<key name='%d%s'/>" % (place, b'"' * 9_000) for place in range(100))
    + b"</customer>",
}


@pytest.mark.parametrize("content", LONG.values(), ids=LONG)
def test_an_answer_is_not_longer_than_what_it_tells_of(server: Server, content: bytes) -> None:
    answer = post(server.port, XML, content)
    assert answer.status == 422
    assert len(answer.content) < len(content)
