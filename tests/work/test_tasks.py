"""Tasks over HTTP, in both formats: contract 3 and 7; RFC 9110, 15.3.3 and 15.4.4; RFC 7240."""

import json
import re
from threading import Timer

import pytest

from exchange import tasks
from tests.representations.test_events import events

MEMBERS = [
    *("id", "state", "progress", "attempts", "created_at", "started_at", "finished_at"),
    *("problem", "links"),
]
PATH = re.compile(r"/tasks/[0-9a-z]{20,64}")


def test_a_client_walks_by_links_alone(wire, post, runner):
    accepted = post("walked")
    assert accepted.status_code == 202
    assert accepted.content_type.startswith(wire.format.media_type)
    task = wire.format.read(accepted.data)
    assert list(task) == MEMBERS
    assert (task["state"], task["progress"], task["attempts"]) == ("queued", "0", "0")
    path = task["links"]["self"]
    assert PATH.fullmatch(path)
    assert accepted.headers["Location"] == accepted.headers["Content-Location"] == path
    assert int(accepted.headers["Retry-After"]) >= 1
    assert "ETag" not in accepted.headers
    waiting = wire.send("GET", path)
    assert (waiting.status_code, waiting.data) == (200, accepted.data)
    assert waiting.headers["Retry-After"]
    assert runner.run()
    done = wire.send("GET", path)
    assert done.status_code == 303
    task = wire.format.read(done.data)
    assert list(task) == MEMBERS
    assert (task["state"], task["progress"], task["attempts"]) == ("done", "100", "1")
    assert None not in (task["started_at"], task["finished_at"])
    assert done.headers["Location"] == task["links"]["result"]
    assert "ETag" not in done.headers
    assert "Retry-After" not in done.headers
    assert wire.get(done.headers["Location"])["note"] == "walked"
    assert task["links"]["collection"] == wire.get("/")["links"]["tasks"] == "/tasks"
    assert path in {row["links"]["self"] for row in wire.rows("/tasks")}


def test_the_result_negotiates_for_itself(wire, begin, runner):
    path = begin()
    runner.run()
    where = wire.send("GET", path).headers["Location"]
    assert wire.send("GET", where, Accept="application/vnd.msgpack").status_code == 200
    assert wire.send("GET", where, Accept="text/event-stream").status_code == 406


def test_head_is_get_without_content(wire, begin, runner):
    path = begin()
    for _ in range(2):
        shown, headed = wire.send("GET", path), wire.send("HEAD", path)
        assert headed.status_code == shown.status_code
        assert headed.data == b""
        for name in ("Location", "ETag", "Content-Length", "Retry-After", "Vary"):
            assert headed.headers.get(name) == shown.headers.get(name)
        runner.run()


def test_a_task_has_validators_while_it_goes_on_and_conditions_do_not_stop_a_303(
    wire, begin, runner
):
    path = begin()
    tag = wire.send("GET", path).headers["ETag"]
    assert wire.send("GET", path, If_None_Match=tag).status_code == 304
    runner.run()
    assert wire.send("GET", path, If_None_Match="*").status_code == 303
    assert wire.send("GET", path, If_Match='"other"').status_code == 303


def test_what_a_view_allows_is_told(wire, begin):
    path = begin()
    assert wire.send("OPTIONS", path).headers["Allow"] == "DELETE, GET, HEAD, OPTIONS"
    assert wire.send("PUT", path, b"").status_code == 405
    assert wire.send("GET", f"{path}?fields=state").status_code == 200
    assert set(wire.get(f"{path}?fields=state")) == {"id", "state", "links"}


def test_fields_do_not_hide_where_the_result_is(wire, begin, runner):
    path = begin()
    runner.run()
    answer = wire.send("GET", f"{path}?fields=state")
    assert answer.status_code == 303
    assert set(wire.format.read(answer.data)["links"]) >= {"self", "result"}


@pytest.mark.parametrize("id", ["1", "x" * 38, "X" * 38, "x" * 65, "%20", "..", "0" * 37 + "/"])
def test_what_is_no_task_is_a_404(wire, id):
    for method in ("GET", "HEAD", "DELETE"):
        assert wire.send(method, f"/tasks/{id}").status_code == 404


def test_tasks_are_searched_and_paged_as_all_rows_are(wire, begin, runner):
    paths = [begin(str(place)) for place in range(3)]
    runner.run()
    found = wire.get("/tasks?state=queued&sort=-id&per_page=1")
    assert (found["total"], found["items"][0]["links"]["self"]) == ("2", paths[2])
    assert wire.send("GET", "/tasks?problem=1").status_code == 400
    assert wire.send("GET", "/tasks?owner=ann").status_code == 400
    table = wire.send("GET", "/tasks", Accept="text/csv").text.splitlines()
    assert len(table) == 4
    assert table[0].startswith("id,state,progress,attempts,created_at,")


def test_delete_cancels_what_is_queued(wire, begin, runner, made):
    path = begin("never")
    answer = wire.send("DELETE", path)
    assert (answer.status_code, answer.data) == (204, b"")
    task = wire.get(path)
    assert task["state"] == "cancelled"
    assert task["finished_at"]
    assert not runner.run()
    assert made("never") == 0
    assert wire.pointers(wire.send("DELETE", path), 409) == set()


def test_delete_of_what_has_ended_is_a_409(wire, begin, runner):
    paths = [begin("a"), begin("a;0;refuse")]
    while runner.run():
        pass
    for path in paths:
        assert wire.send("DELETE", path).status_code == 409
    assert wire.send("GET", paths[0]).status_code == 303


def test_a_task_has_no_date_to_compare_with(wire, begin):  # RFC 9110, 13.1.4
    path = begin()
    assert "Last-Modified" not in wire.send("GET", path).headers
    since = {"If-Unmodified-Since": "Sun, 06 Nov 1994 08:49:37 GMT"}
    assert wire.send("DELETE", path, **since).status_code == 204


def test_delete_cancels_what_is_running(wire, begin, engine, made):
    path = begin("stopped;20")
    until(lambda: wire.get(path)["state"] == "running")
    assert wire.send("DELETE", path).status_code == 204
    assert wire.get(path)["state"] == "cancelled"
    other = begin("next")  # the thread is free long before the twenty seconds
    until(lambda: wire.send("GET", other).status_code == 303)
    assert made("stopped;20") == 0
    assert wire.get(path)["state"] == "cancelled"


def until(true, seconds: float = 10) -> None:
    import time

    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_progress_shows(wire, begin, engine):
    path = begin("slow;1.5")
    seen = []
    until(lambda: seen.append(wire.format.read(wire.send("GET", path).data)) or done(seen))
    told = [int(task["progress"]) for task in seen]
    assert told == sorted(told)
    assert len(set(told)) > 3


def done(seen) -> bool:
    return seen[-1]["state"] == "done"


def test_a_refusal_is_a_problem_and_no_other_attempt(wire, begin, runner):
    path = begin("a;0;refuse")
    assert runner.run()
    assert not runner.run()
    answer = wire.send("GET", path)
    assert answer.status_code == 200
    task = wire.format.read(answer.data)
    assert (task["state"], task["attempts"]) == ("failed", "1")
    assert task["problem"] == {
        "type": "/problems/conflict",
        "title": "In conflict with the state of the resource",
        "status": "409",
        "detail": "there is no paper",
        "instance": path,
    }
    assert "result" not in task["links"]


def test_what_was_written_goes_if_the_end_fails(wire, begin, runner, made):
    path = begin("a;0;late")
    runner.run()
    assert wire.get(path)["state"] == "failed"
    assert made("a;0;late") == 0


def test_content_that_cannot_be_makes_no_task(wire):
    wrong = wire.format.write("invoice", {"customer_id": 1, "nonsense": 1})
    assert wire.send("POST", "/reports", wrong).status_code == 422
    assert wire.send("POST", "/reports", b"<").status_code == 400
    assert wire.send("POST", "/reports").status_code == 415
    assert wire.send("POST", "/reports", wrong, Accept="image/png").status_code == 406
    assert wire.get("/tasks")["total"] == "0"


PREFERRED = {
    # id: path, Prefer, seconds of work; the status, Preference-Applied          row 81
    "nothing preferred": ("", None, 0, 202, None),
    "respond-async": ("", "respond-async", 0, 202, "respond-async"),
    "wait, ready": ("", "wait=5", 0.2, 201, "wait=5"),
    "wait, not ready": ("", "wait=1", 30, 202, None),
    "both, ready (row 81)": ("", "respond-async, wait=5", 0.2, 201, "wait=5"),
    "both, not ready (row 81)": ("", "respond-async, wait=1", 30, 202, "respond-async"),
    "no time": ("", "wait=0", 0.2, 202, None),
    "no number": ("", "wait=x", 0, 202, None),
    "longer than is allowed": ("", "wait=999999", 0.2, 201, "wait=999999"),
    "both ways, nothing preferred": ("/now", None, 0.2, 201, None),
    "both ways, respond-async": ("/now", "respond-async", 0, 202, "respond-async"),
    "both ways, respond-async, wait": ("/now", "respond-async, wait=5", 0.2, 201, "wait=5"),
    "minimal": ("", "wait=5, return=minimal", 0, 201, "return=minimal, wait=5"),
    "minimal, later": ("", "return=minimal", 0, 202, "return=minimal"),
}


@pytest.mark.parametrize(
    ("path", "prefer", "seconds", "status", "applied"), PREFERRED.values(), ids=PREFERRED
)
def test_who_prefers_to_wait_gets_what_was_made(
    wire, post, engine, path, prefer, seconds, status, applied
):
    fields = {"Prefer": prefer} if prefer else {}
    answer = post(f"a;{seconds}", f"/reports{path}", **fields)
    assert answer.status_code == status, answer.data
    assert answer.headers.get("Preference-Applied") == applied
    if "minimal" in (prefer or ""):
        assert answer.data == b""
        return
    data = wire.format.read(answer.data)
    assert answer.headers["Location"] == data["links"]["self"]
    assert answer.headers["Content-Location"] == data["links"]["self"]
    assert ("Retry-After" in answer.headers) == (status == 202)
    assert ("ETag" in answer.headers) == (status == 201)
    if status == 201:
        shown = wire.send("GET", data["links"]["self"])
        assert (shown.data, shown.headers["ETag"]) == (answer.data, answer.headers["ETag"])


def test_who_waits_for_a_failure_is_told_it(wire, post, engine):
    told = wire.format.read(post("a;0;refuse", Prefer="wait=5").data)
    assert (told["status"], told["detail"]) == ("409", "there is no paper")


def test_who_waits_for_what_is_cancelled_is_told_so(wire, post, app, engine):
    def cancel() -> None:
        with app.test_client() as client:
            (task,) = client.get("/tasks").json["items"]
            client.delete(task["links"]["self"])

    timer = Timer(0.5, cancel)
    timer.start()
    answer = post("a;20", Prefer="wait=8")
    timer.join()
    assert wire.pointers(answer, 409) == set()


def test_waiting_has_bounds_in_time(wire, post, engine, app):
    app.settings = app.settings.model_copy(update={"max_wait": 0})
    answer = post("a;0.3", Prefer="wait=5")
    assert answer.status_code == 202
    assert "Preference-Applied" not in answer.headers


def test_waiting_has_bounds_in_number(wire, post, engine, app):
    """Threads - 2 are held at most: by who waits, streams and events together."""
    followed = wire.send("GET", post("a;20").headers["Location"], Accept="text/event-stream")
    next(followed.response)
    whole = wire.send("GET", "/customers?stream=true")
    next(whole.response)
    assert post("b;0", Prefer="wait=5").status_code == 202
    refused = wire.send("GET", "/customers?stream=true")
    assert refused.status_code == 503
    followed.close()
    whole.close()


def test_a_work_that_makes_nothing_is_done_all_the_same(wire, post, engine):
    answer = post("a;0;nothing", Prefer="wait=5")
    task = wire.format.read(answer.data)
    assert (answer.status_code, task["state"]) == (200, "done")
    assert wire.get(task["links"]["self"])["state"] == "done"


def test_the_same_once_is_one_task_while_it_lives(wire, begin, runner):
    first, second = begin("same", "/reports/once"), begin("same", "/reports/once")
    assert first == second
    assert begin("other", "/reports/once") != first
    while runner.run():
        pass
    assert begin("same", "/reports/once") != first


def test_events_tell_of_every_change_until_the_end(wire, begin, engine):
    path = begin("followed;1")
    answer = wire.send("GET", path, Accept="text/event-stream")
    assert answer.status_code == 200
    assert answer.content_type == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    assert not {"ETag", "Last-Modified", "Parley-Rows"} & set(answer.headers.keys())
    told = [json.loads(data) for kind, data in events(answer.data) if kind == "task"]
    assert told[-1]["state"] == "done"
    assert told[-1]["links"]["result"] == wire.send("GET", path).headers["Location"]
    numbers = [task["progress"] for task in told]
    assert numbers == sorted(numbers)
    assert len(numbers) > 2


def test_events_of_what_has_ended_are_one(wire, begin, runner):
    path = begin()
    runner.run()
    ((kind, data),) = events(wire.send("GET", f"{path}?format=events").data)
    assert (kind, json.loads(data)["state"]) == ("task", "done")


@pytest.mark.parametrize("query", ["fields=nonsense", "expand=nonsense", f"fields={'id,' * 51}"])
def test_events_of_what_cannot_be_selected_do_not_begin(wire, begin, query):
    answer = wire.send("GET", f"{begin()}?{query}", Accept="text/event-stream")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


def test_tasks_alone_have_events(wire, begin):
    begin()
    for path in ("/tasks", "/customers/1", "/customers", "/"):
        assert wire.send("GET", path, Accept="text/event-stream").status_code == 406
    assert 'type="text/event-stream"' in wire.send("GET", begin()).headers["Link"]


def test_who_asks_sees_no_tasks_of_others(wire, begin, runner, monkeypatch):
    monkeypatch.setattr("exchange.decorators.tasks.asker", lambda: "ann")
    path = begin("hers")
    monkeypatch.setattr("exchange.decorators.tasks.asker", lambda: "bob")
    assert wire.get("/tasks")["total"] == "0"
    for method in ("GET", "HEAD", "DELETE"):
        assert wire.send(method, path).status_code == 404
    assert wire.send("GET", path, Accept="text/event-stream").status_code == 404
    monkeypatch.setattr("exchange.decorators.tasks.asker", lambda: "ann")
    assert wire.get("/tasks")["total"] == "1"
    assert wire.send("DELETE", path).status_code == 204


def test_a_problem_of_an_older_release_is_told_too():
    row = {"id": "x", "problem": {"type": "/problems/no-more", "detail": "d"}}
    assert tasks.problem_of(row).name == "internal-error"


def test_metrics_tell_of_the_queue_and_of_attempts(app, begin, runner):
    begin(), begin("b;0;refuse"), begin()
    assert runner.run()
    assert runner.run()
    shown = app.test_client().get("/metrics").text.splitlines()
    assert {
        'parley_tasks{state="queued"} 1.0',
        'parley_tasks{state="done"} 1.0',
        'parley_tasks{state="failed"} 1.0',
        'parley_task_attempts_total{outcome="done",work="report"} 1.0',
        'parley_task_attempts_total{outcome="refused",work="report"} 1.0',
        'parley_task_attempt_seconds_count{work="report"} 2.0',
    } <= {*shown}
    (oldest,) = (line for line in shown if line.startswith("parley_tasks_oldest_seconds "))
    assert 0 <= float(oldest.split()[1]) < 60
