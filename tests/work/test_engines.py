"""Tasks in processes of their own: killed amid the work, many at once, over sockets."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from models import Database, Invoice, Task
from tests.conftest import REDIS, ROOT, free_port, is_answered, served_url, wait_for
from tests.databases import sample_database
from tests.representations.test_events import events
from tests.test_durability import children, is_alive, listens, until
from work.broker import PAUSE

pytestmark = pytest.mark.slow  # processes start and end

JSON = {"Content-Type": "application/json", "Accept": "application/json"}
KILLS = 20


class Site:
    """Processes on one database."""

    def __init__(self, database_url: str, **environment: str) -> None:
        self.port, self.database = free_port(), Database(database_url)
        self.environment = {
            "PARLEY_DATABASE_URL": database_url,
            "PARLEY_PORT": str(self.port),
            "PARLEY_RATE_LIMITS": "off",
            "PARLEY_OPEN_WRITES": "1",
            "PARLEY_TASK_LEASE": "1",
            "PARLEY_TASK_ATTEMPTS": "100",
            **environment,
        }
        self.processes: list[subprocess.Popen[bytes]] = []
        self.serving: subprocess.Popen[bytes] | None = None

    def start(self, act: str, **environment: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.work.sample", act],
            cwd=ROOT,
            env=os.environ | self.environment | environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.processes.append(process)
        if act == "serve":
            self.serving = process
            wait_for(self.port)
            with closing(HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
                connection.request("OPTIONS", "*")
                connection.getresponse()
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """kill -9 of the process, and of those that it serves with."""
        every = [process.pid, *children(process.pid)]
        for pid in every:
            os.kill(pid, signal.SIGKILL)
        process.wait(10)
        until(lambda: not any(map(is_alive, every)))
        if process is self.serving:
            until(lambda: not listens(self.port))  # a thread may outlive its process by a moment

    def close(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            process.wait(20)
        self.database.close()

    def post(self, note: str, connection: HTTPConnection | None = None) -> str:
        """The path of the task of a new report."""
        made = connection or HTTPConnection("127.0.0.1", self.port, timeout=20)
        content = json.dumps({"customer_id": 1, "currency": "EUR", "note": note})
        made.request("POST", "/reports", content, JSON)
        answer = made.getresponse()
        body = answer.read()
        assert answer.status == 202, body
        if connection is None:
            made.close()
        return answer.headers["Location"]

    def tasks(self) -> list:
        """Every task, the first that was accepted first."""
        with self.database.unit(write=False) as unit:
            return unit.connection().execute(select(Task).order_by(Task.id)).all()

    def notes(self) -> Counter[str]:
        with self.database.unit(write=False) as unit:
            return Counter(unit.connection().scalars(select(Invoice.note)))


@pytest.fixture
def site(tmp_path: Path):
    made: list[Site] = []

    def make(kind: str = "sqlite", **environment: str) -> Site:
        if kind == "sqlite":
            url = f"sqlite:///{sample_database(tmp_path / 'parley.db', 2)}"
        else:
            url = served_url(kind)
        made.append(Site(url, **environment))
        return made[-1]

    yield make
    for each in made:
        each.close()


def kill_amid_work(site: Site, engine: str) -> None:
    """Kills the process that does the task somewhere in it; another one ends it, once."""
    random = Random(engine)
    serving = site.start("serve") if engine == "embedded" else None
    doing = serving or site.start("worker")
    for place in range(KILLS):
        note = f"{place};0.4"
        begin(site, note)
        until(lambda: site.tasks()[-1].state == "running", 20)
        time.sleep(random.uniform(0, 0.45))  # also at the very end, while it writes
        site.kill(doing)
        doing = site.start("serve" if engine == "embedded" else "worker")
        until(lambda: site.tasks()[-1].state == "done", 20)
        assert site.notes()[note] == 1
    ended = site.tasks()
    assert [task.state for task in ended] == ["done"] * KILLS
    assert sum(task.attempts > 1 for task in ended) >= KILLS // 2  # most were killed amid it
    if engine == "worker" and site.database.engine.dialect.name == "sqlite":
        check_file(site)


def begin(site: Site, note: str) -> None:
    """As the server does, without one."""
    with site.database.unit(write=True):
        id = Task.begin("report", {"note": note})
    if url := site.environment.get("PARLEY_BROKER_URL"):
        from work.broker import _actor

        _actor(url, lambda id: None).send(id)


def check_file(site: Site) -> None:
    with closing(sqlite3.connect(site.database.engine.url.database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("engine", ["embedded", "worker"])
def test_a_task_whose_process_is_killed_is_done_once(site, kind, engine):
    kill_amid_work(site(kind), engine)


@pytest.fixture
def redis_url():
    if not is_answered(REDIS):
        pytest.skip("no Redis")
    url = f"{REDIS.rpartition('/')[0]}/14"
    import redis

    def forget() -> None:
        client = redis.from_url(url)
        for name in client.scan_iter("parley:*"):
            client.delete(name)
        client.close()

    forget()
    yield url
    forget()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_task_whose_dramatiq_worker_is_killed_is_done_once(site, kind, redis_url):
    kill_amid_work(site(kind, PARLEY_BROKER_URL=redis_url), "worker")


def test_a_killed_worker_s_task_is_done_by_another(site):
    """One kill of those that the slow tests make many of."""
    here = site()
    first = here.start("worker")
    begin(here, "a;1")
    until(lambda: here.tasks()[-1].state == "running", 20)
    here.kill(first)
    here.start("worker")
    until(lambda: here.tasks()[-1].state == "done", 20)
    assert here.notes()["a;1"] == 1
    assert here.tasks()[-1].attempts == 2


def test_a_worker_that_is_told_to_stop_gives_back_what_it_has(site):
    here = site(PARLEY_TASK_LEASE="60")
    worker = here.start("worker")
    begin(here, "a;30")
    until(lambda: here.tasks()[-1].state == "running", 20)
    worker.terminate()
    assert worker.wait(20) == 0
    task = here.tasks()[-1]
    assert (task.state, task.attempts) == ("queued", 0)


def test_a_server_that_is_told_to_stop_gives_back_what_it_has(site):
    here = site(PARLEY_TASK_LEASE="60")
    server = here.start("serve")
    here.post("a;30")
    until(lambda: here.tasks()[-1].state == "running", 20)
    server.terminate()
    server.wait(20)
    until(lambda: here.tasks()[-1].state == "queued", 5)


def test_events_come_as_it_goes_on_and_end_over_a_socket(site):
    here = site()
    here.start("serve")
    path = here.post("a;1.5")
    with closing(HTTPConnection("127.0.0.1", here.port, timeout=20)) as connection:
        connection.request("GET", path, headers={"Accept": "text/event-stream"})
        answer = connection.getresponse()
        assert answer.headers["Content-Type"] == "text/event-stream"
        first = answer.read1(65536)
        assert here.tasks()[-1].state != "done"  # it is not kept back until the end
        told = [json.loads(data) for _, data in events(first + answer.read())]
    assert [told[0]["state"] in ("queued", "running"), told[-1]["state"]] == [True, "done"]
    assert len({task["progress"] for task in told}) > 2


def test_events_have_few_places_and_a_client_that_leaves_frees_one(site):
    here = site()
    here.start("serve")
    path = here.post("a;20")
    open_ones = [HTTPConnection("127.0.0.1", here.port, timeout=20) for _ in range(2)]
    for connection in open_ones:
        connection.request("GET", path, headers={"Accept": "text/event-stream"})
        assert connection.getresponse().status == 200
    assert status_of_events(here, path) == 503
    open_ones[0].close()
    until(lambda: status_of_events(here, path) == 200)
    open_ones[1].close()


def status_of_events(site: Site, path: str) -> int:
    with closing(HTTPConnection("127.0.0.1", site.port, timeout=20)) as connection:
        connection.request("GET", path, headers={"Accept": "text/event-stream"})
        return connection.getresponse().status


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mariadb"])
def test_a_thousand_tasks_of_eight_clients_over_two_workers(site, kind, record_property):
    here = site(kind, PARLEY_TASK_THREADS="0", PARLEY_TASK_LEASE="30")
    here.start("serve")
    for _ in range(2):
        here.start("worker", PARLEY_TASK_THREADS="2")
    began = time.monotonic()

    def ask(client: int) -> list[str]:
        with closing(HTTPConnection("127.0.0.1", here.port, timeout=30)) as connection:
            return [here.post(f"{client}-{place}", connection) for place in range(125)]

    with ThreadPoolExecutor(8) as pool:
        paths = [path for told in pool.map(ask, range(8)) for path in told]
    accepted = time.monotonic() - began
    until(lambda: all(task.state == "done" for task in here.tasks()), 120)
    done = time.monotonic() - began
    record_property("accepted", f"{1000 / accepted:.0f}/s")
    record_property("done", f"{1000 / done:.0f}/s")
    tasks = here.tasks()
    assert len(set(paths)) == len(tasks) == 1000
    assert {task.attempts for task in tasks} == {1}
    every = Counter({f"{client}-{place}": 1 for client in range(8) for place in range(125)})
    assert {note: count for note, count in here.notes().items() if note in every} == every
    check_fair(tasks)


def check_fair(tasks: list) -> None:
    """Begun in the order in which they were accepted, but for those that were on their way at the
    same time: eight clients, four threads, and seconds that have no parts. A busy machine holds
    threads up, each with a task; an order that is none overtakes nearly all."""
    begun = [task.started_at for task in tasks]
    overtaken = [
        place for place in range(len(begun) - 21) if min(begun[place + 21 :]) < begun[place]
    ]
    assert len(overtaken) <= len(tasks) / 50, overtaken


@pytest.mark.parametrize("broker", ["redis", "amqp"])
def test_a_server_hands_tasks_to_dramatiq_workers(site, redis_url, broker):
    url = redis_url if broker == "redis" else "amqp://guest:guest@127.0.0.1:5672/%2F"
    if broker == "amqp" and not is_rabbit(url):
        pytest.skip("no RabbitMQ")
    here = site(PARLEY_BROKER_URL=url)
    here.start("serve")
    here.start("worker")
    here.post("warm")
    until(lambda: here.tasks()[-1].state == "done", 30)
    began = time.monotonic()
    for place in range(5):
        here.post(f"{place}")
        until(lambda: here.tasks()[-1].state == "done", 20)
    # Found in the table alone, each after the first would have taken a whole pause.
    assert time.monotonic() - began < 4 * PAUSE
    assert all(here.notes()[note] == 1 for note in ("warm", *map(str, range(5))))


def is_rabbit(url: str) -> bool:
    import pika

    try:
        pika.BlockingConnection(pika.URLParameters(url)).close()
    except Exception:
        return False
    return True


def test_what_a_broker_loses_is_found_in_the_table(site, redis_url):
    here = site(PARLEY_BROKER_URL=redis_url)
    with here.database.unit(write=True):
        Task.begin("report", {"note": "lost"})  # and no message
    here.start("worker")
    until(lambda: here.tasks()[-1].state == "done", 30)
    assert here.notes()["lost"] == 1
