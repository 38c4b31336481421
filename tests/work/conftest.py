"""Fixtures: an application with a work of the tests' own, and what does its tasks."""

import pytest

from exchange.settings import Settings
from run import create_app
from tests.resources.wire import FORMATS, Wire
from tests.work.sample import WORKS, installed
from work.engine import Engine
from work.runner import runner_for


@pytest.fixture
def app(database_url: str):
    given = {"rate_limits": "off", "open_writes": True, "max_wait": 10}
    app = installed(create_app(Settings(database_url=database_url, **given)))
    yield app
    app.database.close()


@pytest.fixture
def runner(app):
    return runner_for(app, WORKS)


@pytest.fixture
def engine(app, runner):
    """A thread that does tasks."""
    engine = Engine(runner, 1)
    app.wake = engine.wake
    engine.start()
    yield engine
    engine.stop()


@pytest.fixture(params=FORMATS, ids=lambda format: format.name)
def wire(request: pytest.FixtureRequest, app) -> Wire:
    return Wire(app.test_client(), request.param)


@pytest.fixture
def post(wire):
    """Asks for a report."""

    def post(note: str, path: str = "/reports", **fields: str):
        data = {"customer_id": 1, "currency": "EUR", "note": note}
        return wire.send("POST", path, wire.format.write("invoice", data), **fields)

    return post


@pytest.fixture
def begin(wire, post):
    """The path of the task of a new report."""

    def begin(note: str = "a", path: str = "/reports") -> str:
        answer = post(note, path)
        assert answer.status_code == 202, answer.data
        return answer.headers["Location"]

    return begin


@pytest.fixture
def made(wire):
    """How many invoices there are of the note."""
    return lambda note: len(wire.get(f"/invoices?note={note.replace(';', '%3B')}")["items"])
