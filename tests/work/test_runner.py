"""What becomes of a task: done, refused, tried again, given up, given back."""

import time
from threading import Event, Thread

import pytest
from sqlalchemy import update

from devices import Unavailable
from exchange.settings import Settings
from models import Busy, Task, leases
from models.task import clock
from run import create_app
from work.attempt import Cancelled
from work.broker import Sender
from work.engine import Engine
from work.runner import runner_for

LIMITS = {"task_lease": 1, "task_attempts": 2, "task_seconds": 60}


@pytest.fixture
def app(database_url: str):
    app = create_app(Settings(database_url=database_url, **LIMITS))
    yield app
    app.database.close()


@pytest.fixture
def begin(app):
    def begin(work: str = "work", **arguments) -> str:
        with app.database.unit(write=True):
            return Task.begin(work, arguments)

    return begin


@pytest.fixture
def look(app):
    def look(id: str):
        with app.database.unit(write=False):
            return Task.look(id)

    return look


def runner_of(app, work, **others):
    seen = []
    runner = runner_for(app, {"work": work, **others})
    runner._observe = lambda *told: seen.append(told[:2])
    runner.seen = seen
    return runner


def make_due(app, id: str) -> None:
    with app.database.unit(write=True) as unit:
        unit.execute(update(Task).where(Task.id == id).values(due=clock() - 1))


def nothing(progress, **arguments):
    return lambda: None


def test_what_fails_is_tried_again_after_a_pause_and_then_given_up(app, begin, look):
    def broken(progress):
        raise RuntimeError("a secret of the inside")

    id, runner = begin(), runner_of(app, broken)
    assert runner.run()
    assert (look(id)["state"], look(id)["problem"]) == ("queued", None)
    assert not runner.run()  # it is not due yet
    make_due(app, id)
    assert runner.run()
    task = look(id)
    assert (task["state"], task["attempts"]) == ("failed", 2)
    assert task["problem"]["type"] == "/problems/internal-error"
    assert "secret" not in str(task["problem"])
    assert runner.seen == [("work", "again"), ("work", "failed")]


def test_a_task_whose_workers_all_died_is_given_up(app, begin, look):
    id, runner = begin(), runner_of(app, nothing)
    for _ in range(2):
        with app.database.unit(write=True):
            assert leases.claim(60_000).id == id
        make_due(app, id)
    assert runner.run()
    assert (look(id)["state"], look(id)["problem"]["status"]) == ("failed", 500)


def test_a_work_that_a_process_does_not_know_is_left_to_others(app, begin, look):
    id, runner = begin("of another release"), runner_of(app, nothing)
    assert runner.run()
    assert look(id)["state"] == "queued"


def test_a_database_that_is_busy_is_no_refusal(app, begin, look):
    def busy(progress):
        raise Busy("locked")

    id = begin()
    runner_of(app, busy).run()
    assert look(id)["state"] == "queued"


def test_what_stays_unavailable_is_given_up_and_says_so(app, begin, look):
    def broken(progress):
        raise Unavailable("the lens is dirty")

    id, runner = begin(), runner_of(app, broken)
    for _ in range(2):
        make_due(app, id)
        assert runner.run()
    task = look(id)
    assert (task["state"], task["problem"]["status"]) == ("failed", 503)
    assert task["problem"]["detail"] == "given up after 2 attempts; the lens is dirty"


def test_a_lease_is_renewed_while_the_work_goes_on(app, begin, look):
    """The work takes twice as long as the lease, and reports nothing."""
    begun = Event()

    def silent(progress):
        begun.set()
        time.sleep(2.5)
        return lambda: None

    id, runner = begin(), runner_of(app, silent)
    thread = Thread(target=runner.run)
    thread.start()
    assert begun.wait(5)
    other = runner_of(app, nothing)
    while thread.is_alive():
        assert not other.run()
        time.sleep(0.05)
    assert (look(id)["state"], look(id)["attempts"]) == ("done", 1)


def test_an_attempt_that_takes_too_long_is_ended(app, begin, look):
    app.settings = app.settings.model_copy(update={"task_seconds": 0})
    ended = []

    def endless(progress):
        try:
            while True:
                progress(1)
                time.sleep(0.02)
        except Cancelled:
            ended.append(True)
            raise

    id, runner = begin(), runner_of(app, endless)
    assert runner.run()
    assert ended == [True]
    assert runner.seen == [("work", "lost")]
    assert look(id)["state"] == "running"  # until the lease has ended
    make_due(app, id)
    assert runner.run()
    assert look(id)["attempts"] == 2


def test_an_engine_that_stops_gives_back_what_is_under_way(app, begin, look):
    begun = Event()

    def slow(progress):
        begun.set()
        while True:
            progress(1)
            time.sleep(0.02)

    id = begin()
    engine = Engine(runner_of(app, slow), 1)
    engine.start()
    assert begun.wait(5)
    engine.stop()
    assert (look(id)["state"], look(id)["attempts"]) == ("queued", 0)
    assert runner_of(app, nothing).run()
    assert look(id)["state"] == "done"


def test_an_engine_bears_a_database_that_fails(app, begin, look, monkeypatch):
    engine, failed = Engine(runner_of(app, nothing), 1), Event()
    real = leases.is_due

    def broken():
        failed.set()
        monkeypatch.setattr(leases, "is_due", real)
        raise Busy("down")

    monkeypatch.setattr(leases, "is_due", broken)
    id = begin()
    engine.start()
    assert failed.wait(5)
    deadline = time.monotonic() + 10
    while look(id)["state"] != "done":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    engine.stop()


def test_a_broker_that_is_down_stops_nobody():
    sender = Sender("redis://127.0.0.1:1/0")
    began = time.monotonic()
    for place in range(2000):
        sender.wake(str(place))
    assert time.monotonic() - began < 5  # nobody waited for it
