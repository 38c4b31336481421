"""Idempotency-Key on any POST (draft-ietf-httpapi-idempotency-key-header, 2)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from models import Conflict, repeats
from models.task import clock
from tests.resources.test_every_resource import RESOURCES

KEY = '"8e03978e-40d5-43dd-bc93-6894a57f9324"'
CUSTOMER = {"first": "Zoë", "last": "B", "email": "zoe@once.example"}


@pytest.fixture
def send(wire):
    def send(data=CUSTOMER, path="/customers", key: str | None = KEY, type="customer", **fields):
        named = {} if key is None else {"Idempotency-Key": key}
        return wire.send("POST", path, wire.format.write(type, data), **named, **fields)

    return send


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.id)
def test_any_post_that_comes_again_is_answered_as_the_first_time(wire, send, resource):
    path = resource.path(wire)
    before = int(wire.get(path)["total"])
    first, again = (send(resource.data, path, type=resource.type) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert again.data == first.data
    for name in {*first.headers.keys()} - {"Date", "X-Request-Id"}:
        assert again.headers.get(name) == first.headers[name], name
    assert int(wire.get(path)["total"]) == before + 1


def test_it_is_answered_in_the_format_of_the_first_time(wire, send):
    first = send()
    again = send(Accept="application/vnd.msgpack")
    assert (again.status_code, again.content_type) == (201, first.content_type)


def test_the_key_is_the_same_with_and_without_quotes(send):
    assert send().data == send(key=KEY.strip('"')).data


def test_minimal_answers_come_again_as_they_were(send):
    first, again = (send(Prefer="return=minimal") for _ in range(2))
    assert (again.status_code, again.data) == (201, b"")
    assert again.headers["Location"] == first.headers["Location"]
    assert "Content-Type" not in again.headers


OTHERS = {
    "other content": {"data": CUSTOMER | {"first": "Ann"}},
    "another target": {"path": "/customers?format=json"},
    "another resource": {"path": "/products"},
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_another_request_with_the_key_is_a_422(wire, send, other):
    send()
    answer = send(**other)
    assert answer.status_code == 422
    assert b"/problems/invalid" in answer.data
    assert send().status_code == 201


def test_another_key_is_another_request(send):
    assert send().status_code == 201
    assert send(key="other").status_code == 409  # the address of mail is there already


@pytest.mark.parametrize("key", ["", '""', '"', "a, b", "x" * 256, '"\xe4"'])
def test_what_is_no_key_is_a_400_and_nothing_is_done(wire, send, key):
    answer = send(key=key)
    assert answer.status_code == 400
    assert "Idempotency-Key" in wire.format.read(answer.data)["detail"]
    assert wire.get("/customers?email=zoe%40once.example")["total"] == "0"


def test_after_an_error_the_key_is_free(wire, send):
    assert send({"first": "x"}).status_code == 422
    assert send({"first": "x", "last": "y"}).status_code == 422
    assert send().status_code == 201


def test_an_error_of_the_server_leaves_the_key_free_too(wire, send, app, monkeypatch):
    view = app.view_functions["customers.create_customer"]

    def broken(**values):
        view(**values)
        raise RuntimeError

    monkeypatch.setitem(app.view_functions, "customers.create_customer", broken)
    broken.traits = view.traits
    assert send().status_code == 500
    monkeypatch.undo()
    assert send().status_code == 201


def test_while_the_first_is_in_progress_it_is_a_409(send, app, monkeypatch):
    view, told = app.view_functions["customers.create_customer"], []

    def again(**values):
        monkeypatch.undo()
        with ThreadPoolExecutor(1) as pool:
            told.append(pool.submit(send).result())
            told.append(pool.submit(send, CUSTOMER | {"first": "Ann"}).result())
        return view(**values)

    again.traits = view.traits
    monkeypatch.setitem(app.view_functions, "customers.create_customer", again)
    assert send().status_code == 201
    assert [answer.status_code for answer in told] == [409, 422]
    assert send().status_code == 201


def test_who_took_too_long_and_lost_the_key_writes_nothing(wire, send, app, monkeypatch):
    view = app.view_functions["customers.create_customer"]

    def late(**values):
        made = view(**values)
        monkeypatch.setattr(repeats, "keep", lost)
        return made

    def lost(*values):
        raise Conflict("another one has it")

    late.traits = view.traits
    monkeypatch.setitem(app.view_functions, "customers.create_customer", late)
    assert send().status_code == 409
    assert wire.get("/customers?email=zoe%40once.example")["total"] == "0"


def expire(app) -> None:
    with app.database.unit(write=True) as unit:
        unit.execute(update(repeats.repeats).values(until=clock() - 1))


def test_a_key_is_kept_for_a_time_and_then_swept(send, app, runner):
    send()
    expire(app)
    assert send().status_code == 409  # as a new request
    assert send(CUSTOMER | {"email": "other@once.example"}).status_code == 201
    expire(app)
    runner.sweep()
    with app.database.unit(write=False) as unit:
        assert unit.connection().execute(repeats.repeats.select()).all() == []


def test_a_mark_whose_process_died_is_taken_over(send, app):
    with app.database.unit(write=True):
        assert repeats.begin("name", "digest", "dead") is None
    with pytest.raises(Conflict), app.database.unit(write=True):
        repeats.begin("name", "digest", "other")
    expire(app)
    with app.database.unit(write=True):
        assert repeats.begin("name", "digest", "other") is None
    with pytest.raises(Conflict), app.database.unit(write=True):
        repeats.keep("name", "dead", repeats.Kept(201, [], b""), 60)


def test_the_keys_of_others_are_other_keys(send, monkeypatch):
    assert send().status_code == 201
    monkeypatch.setattr("exchange.repeats.asker", lambda: "ann")
    assert send().status_code == 409  # the address of mail: it is no replay
    assert send(CUSTOMER | {"email": "ann@once.example"}).status_code == 201


def test_secrets_are_not_kept(send, app, monkeypatch):
    view = app.view_functions["customers.create_customer"]

    def secret(**values):
        from exchange.state import current

        made = view(**values)
        current().fields["Cache-Control"] = "no-store"
        return made

    secret.traits = view.traits
    monkeypatch.setitem(app.view_functions, "customers.create_customer", secret)
    assert send().status_code == 201
    with app.database.unit(write=False) as unit:
        assert unit.connection().execute(repeats.repeats.select()).all() == []


def test_a_task_is_begun_once(wire, post, app):
    first, again = (post("a", **{"Idempotency-Key": "k"}) for _ in range(2))
    assert first.status_code == again.status_code == 202
    assert again.headers["Location"] == first.headers["Location"]
    assert wire.get("/tasks")["total"] == "1"


def test_who_waited_gets_what_was_made_again(wire, post, engine, made):
    first, again = (post("a", Prefer="wait=5", **{"Idempotency-Key": "k"}) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert again.data == first.data
    assert made("a") == 1


def test_content_above_the_limit_is_still_a_413(wire, send, app):
    app.settings = app.settings.model_copy(update={"max_content": 50})
    assert send().status_code == 413
    assert send(key=None).status_code == 413


def test_other_methods_have_no_keys(wire, send):
    made = wire.format.read(send().data)
    for _ in range(2):
        answer = wire.send("DELETE", made["links"]["self"], **{"Idempotency-Key": KEY})
    assert answer.status_code == 404
