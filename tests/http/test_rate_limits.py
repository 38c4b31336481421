"""Rate limits over sockets and processes: exact, and there when Redis is not."""

import shutil
import signal
import subprocess
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import free_port, is_answered, start_server, stop, wait_for
from tests.http.wire import get, request, send

LIMIT = 60
POLICY = f"writes {LIMIT}/day; reads 1000/day"  # a day: tests seldom run over its end
REST = 5.5  # seconds after which Redis is asked again


@pytest.fixture
def copy(tmp_path, sample_file):
    path = tmp_path / "parley.db"
    path.write_bytes(sample_file.read_bytes())
    return path


@pytest.fixture
def redis():
    """A Redis of the test's own."""
    if not shutil.which("redis-server"):
        pytest.skip("no redis-server")
    port = free_port()
    process = start_redis(port)
    yield port, process
    process.send_signal(signal.SIGCONT)
    process.kill()
    process.wait(10)


def start_redis(port):
    process = subprocess.Popen(
        ["redis-server", "--port", str(port), "--save", "", "--appendonly", "no"],
        stdout=subprocess.DEVNULL,
    )
    wait_for(port)
    return process


def write(port: int) -> int:
    return send(port, request("DELETE", "/customers/99999")).status


def statuses(port: int, count: int) -> Counter:
    with ThreadPoolExecutor(16) as pool:
        return Counter(pool.map(lambda _: write(port), range(count)))


@pytest.mark.slow
@pytest.mark.parametrize("where", ["file", "redis"])
def test_four_processes_allow_exactly_the_limit(request, copy, where):
    environment = {"PARLEY_RATE_LIMITS": POLICY}
    if where == "redis":
        environment["PARLEY_CACHE_URL"] = f"redis://127.0.0.1:{request.getfixturevalue('redis')[0]}"
    server = start_server(copy, free_port(), "--workers", "4", **environment)
    try:
        assert statuses(server.port, 3 * LIMIT) == {404: LIMIT, 429: 2 * LIMIT}
    finally:
        stop(server)
    assert copy.with_name("parley.db-rates").exists() == (where == "file")


@pytest.mark.slow
@pytest.mark.parametrize("how", ["stopped", "killed"])
def test_with_redis_down_limits_hold_per_process_and_it_comes_back(copy, redis, how):
    port, process = redis
    url = f"redis://127.0.0.1:{port}"
    server = start_server(copy, free_port(), PARLEY_RATE_LIMITS=POLICY, PARLEY_CACHE_URL=url)
    again = None
    try:
        assert statuses(server.port, 5) == {404: 5}
        process.send_signal(signal.SIGSTOP if how == "stopped" else signal.SIGKILL)
        start = time.monotonic()
        assert statuses(server.port, LIMIT + 10) == {404: LIMIT, 429: 10}
        assert get(server.port, "/customers/1").status == 200
        assert time.monotonic() - start < 5
        if how == "stopped":
            process.send_signal(signal.SIGCONT)
        else:
            process.wait(10)
            again = start_redis(port)
        assert is_answered(url)
        time.sleep(REST)
        counted = 5 if how == "stopped" else 0  # what Redis knew, unless it has begun anew
        answers = statuses(server.port, LIMIT)
        assert answers[404] in range(
            LIMIT - counted - 4, LIMIT - counted + 1
        )  # those that timed out
    finally:
        stop(server)
        if again:
            again.kill()
            again.wait(10)
