"""A server that is down costs one failure every few seconds, and one warning."""

from types import SimpleNamespace

import pytest

import exchange.resting
from exchange.resting import REST, Resting
from tests.exchange.test_log import logged


@pytest.fixture
def clock(monkeypatch):
    now = SimpleNamespace(time=100.0)
    monkeypatch.setattr(exchange.resting, "monotonic", lambda: now.time)
    return now


def test_one_that_is_down_is_left_alone_and_comes_back(app, clock, capfd):
    asked = []

    def fail() -> str:
        asked.append(clock.time)
        raise OSError("gone")

    resting = Resting("the store", app.logger)
    assert resting.ask(lambda: "answer") == "answer"
    for clock.time in (100, 100 + REST - 1, 100 + REST, 100 + 2 * REST - 1):
        assert resting.ask(fail) is None
    assert asked == [100, 100 + REST]
    clock.time = 100 + 2 * REST
    assert [resting.ask(lambda: "answer") for _ in range(2)] == ["answer"] * 2
    told = [line["event"] for line in logged(capfd)]
    assert [text.partition(",")[0] for text in told] == ["the store: down", "the store: back"]
