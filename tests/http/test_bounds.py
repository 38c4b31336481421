"""What a client makes up costs what it is worth: time, memory and the size of the answer."""

import pytest

from representations import json
from tests.conftest import Server
from tests.http.wire import XML, post


def test_a_name_that_occurs_twice_is_found_in_linear_time() -> None:
    """Counted in comparisons, not in seconds: a search through pairs would make count squared."""
    compared = 0

    class Name(str):
        __slots__ = ()

        def __eq__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return str.__eq__(self, other)

        __hash__ = str.__hash__

    with pytest.raises(ValueError, match="'z' occurs twice"):
        json._unique([(Name(place), 1) for place in [*range(10_000), "z", "z"]])
    assert compared < 20_000


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
