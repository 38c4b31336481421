"""A task is done by one claim at a time, and ended by it or not at all."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from models import Conflict, Customer, Database, NotFound, Task, leases, save
from models.task import clock

LEASE = 60_000
CUSTOMER = {"first": "A", "last": "B", "email": "once@example.org"}


@pytest.fixture
def database(database_url: str):
    database = Database(database_url)
    yield database
    database.close()


def begun(database: Database, number: int = 1, **options) -> list[str]:
    found = []
    for place in range(number):
        with database.unit(write=True):
            found.append(Task.begin("report", {"note": str(place)}, **options))
    return found


def claimed(database: Database, **options):
    with database.unit(write=True):
        return leases.claim(LEASE, **options)


def seen(database: Database, id: str):
    with database.unit(write=False):
        return Task.look(id)


def act(database: Database, function, *values):
    with database.unit(write=True):
        return function(*values)


def lose(database: Database, id: str) -> None:
    """The lease has ended, as if its holder had died that long ago."""
    with database.unit(write=True) as unit:
        unit.execute(update(Task).where(Task.id == id).values(due=clock() - 1))


def test_tasks_are_claimed_in_the_order_in_which_they_were_accepted(database):
    ids = begun(database, 5)
    assert ids == sorted(ids)
    assert [claimed(database).id for _ in ids] == ids
    assert claimed(database) is None


def test_a_claim_is_what_was_asked_for_and_shows(database):
    (id,) = begun(database)
    held = claimed(database)
    assert (held.work, held.arguments, held.attempts) == ("report", {"note": "0"}, 1)
    task = seen(database, id)
    assert (task["state"], task["progress"], task["attempts"]) == ("running", 0, 1)
    assert task["started_at"] is not None
    assert task["finished_at"] is None


def test_the_one_that_is_named_is_claimed_if_it_is_due(database):
    first, second = begun(database, 2)
    assert claimed(database, id=second).id == second
    assert claimed(database, id=second) is None
    assert claimed(database).id == first


def test_nothing_is_queued_if_what_asked_for_it_fails(database):
    def begin_and_fail():
        Task.begin("report", {})
        raise RuntimeError

    with pytest.raises(RuntimeError):
        act(database, begin_and_fail)
    assert claimed(database) is None


def test_while_the_lease_lasts_nobody_else_claims_it(database):
    (id,) = begun(database)
    held = claimed(database)
    lose(database, id)
    act(database, leases.renew, held, LEASE)
    assert claimed(database) is None


def test_after_it_another_has_it_and_the_first_writes_nothing_any_more(database):
    (id,) = begun(database)
    first = claimed(database)
    lose(database, id)
    second = claimed(database)
    assert (second.id, second.attempts) == (id, 2)
    assert second.holder != first.holder
    for function, values in (
        (leases.renew, (LEASE,)),
        (leases.report, (50, LEASE)),
        (leases.retry, (0,)),
        (leases.release, ()),
        (leases.fail, ({},)),
    ):
        with pytest.raises(leases.Lost):
            act(database, function, first, *values)

    def write_and_finish(held):
        save(Customer(), Customer.accept(CUSTOMER))
        leases.finish(held, "customers/2")

    with pytest.raises(leases.Lost):
        act(database, write_and_finish, first)
    act(database, write_and_finish, second)
    task = seen(database, id)
    assert (task["state"], task["result"], task["progress"]) == ("done", "customers/2", 100)
    with database.unit(write=False) as unit:
        made = select(Customer.id).where(Customer.email == CUSTOMER["email"])
        assert len(unit.connection().execute(made).all()) == 1
    with pytest.raises(leases.Lost):
        act(database, leases.finish, second, None)


def test_what_was_cancelled_is_not_ended_by_who_began_it(database):
    (id,) = begun(database)
    held = claimed(database)
    act(database, Task.cancel, id, None)
    task = seen(database, id)
    assert (task["state"], task["finished_at"] is None) == ("cancelled", False)
    for function, values in ((leases.report, (50, LEASE)), (leases.finish, (None,))):
        with pytest.raises(leases.Lost):
            act(database, function, held, *values)
    with pytest.raises(Conflict):
        act(database, Task.cancel, id, None)
    assert claimed(database) is None


def test_progress_is_told_in_bounds_and_makes_a_new_version(database):
    (id,) = begun(database)
    held, version = claimed(database), seen(database, id)["version"]
    for told, shown in ((40, 40), (-1, 0), (1000, 100)):
        act(database, leases.report, held, told, LEASE)
        task = seen(database, id)
        assert task["progress"] == shown
        assert task["version"] > version
        version = task["version"]


def test_another_attempt_comes_after_the_pause(database):
    (id,) = begun(database)
    act(database, leases.retry, claimed(database), LEASE)
    assert seen(database, id)["state"] == "queued"
    assert claimed(database) is None
    lose(database, id)
    assert claimed(database).attempts == 2


def test_what_is_given_back_is_due_at_once_and_no_attempt(database):
    (id,) = begun(database)
    act(database, leases.release, claimed(database))
    assert seen(database, id)["attempts"] == 0
    assert claimed(database).attempts == 1


def test_a_failure_keeps_its_problem(database):
    (id,) = begun(database)
    act(database, leases.fail, claimed(database), {"type": "/problems/conflict", "status": 409})
    task = seen(database, id)
    assert task["state"] == "failed"
    assert task["problem"] == {"type": "/problems/conflict", "status": 409}


def test_who_asks_sees_the_tasks_of_the_owner_alone(database):
    (mine,), (other,) = begun(database, owner="ann"), begun(database, owner="bob")
    with database.unit(write=False) as unit:
        listed = unit.connection().execute(Task.owned("ann").with_only_columns(Task.id))
        assert [row.id for row in listed] == [mine]
        assert Task.look(other)["id"] == other
        with pytest.raises(NotFound):
            Task.look(other, "ann")
    with pytest.raises(NotFound):
        act(database, Task.cancel, other, "ann")
    assert seen(database, other)["state"] == "queued"


def test_of_live_tasks_with_the_same_arguments_there_is_one_if_wanted(database):
    first, same = (begun(database, once=True)[0] for _ in range(2))
    assert first == same
    assert begun(database, once=True, owner="ann")[0] != first
    act(database, Task.cancel, first, None)
    assert begun(database, once=True)[0] != first


def test_what_ended_long_ago_is_forgotten(database):
    ids = begun(database, 3)
    act(database, leases.finish, claimed(database), None)
    act(database, leases.finish, claimed(database), None)
    with database.unit(write=True) as unit:
        old = datetime.now(UTC) - timedelta(seconds=100)
        unit.execute(update(Task).where(Task.id == ids[0]).values(finished_at=old))
    assert act(database, leases.sweep, 60) == 1
    with pytest.raises(NotFound):
        seen(database, ids[0])
    assert [seen(database, id)["state"] for id in ids[1:]] == ["done", "queued"]


def test_the_queue_is_measured(database):
    ids = begun(database, 3)
    claimed(database)
    with database.unit(write=True) as unit:
        unit.execute(update(Task).where(Task.id == ids[1]).values(due=clock() - 5000))
    with database.unit(write=False):
        measured = Task.queue()
    assert 5 <= measured.pop("oldest") < 60
    assert measured == {"queued": 2, "running": 1, "done": 0, "failed": 0, "cancelled": 0}
