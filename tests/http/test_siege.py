"""Ten thousand hostile requests over sockets leave a server that answers, and is no larger."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path
from random import Random

import pytest

from tests.conftest import free_port, start_server, stop
from tests.databases import sample_database
from tests.http.wire import _LEAKS, JSON, XML, chunked, customer, get, gzip, request, send
from tests.test_durability import children

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not Path("/proc").exists(), reason="no /proc")]
REQUESTS, CLIENTS = 10_000, 8
GROWTH = 64 * 2**20  # bytes of resident memory
METHODS = (
    "GET",
    "GET",
    "GET",
    "HEAD",
    "OPTIONS",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "TRACE",
    "BREW",
)
TARGETS = (
    *(
        "/",
        "/customers",
        "/customers/1",
        "/customers/01",
        "/customers/999999999999999999",
        "//",
        "*",
    ),
    *("/invoices?expand=customer&per_page=100", "/invoices?total[ge]=1e9", "/customers?sort=%00"),
    *("/customers?after=" + "A" * 500, "/customers?last[like]=****", "/%ff%00/..%2f..", "/tokens"),
    *("/problems/malformed?format=xml", "/customers?stream=true&format=csv", "/x" * 2000),
    *(
        "/customers?fields=id' OR 1=1--",
        "/items/1?format=application/vnd.msgpack",
        "/?" + "a&" * 900,
    ),
)
NAMES = (
    *("Accept", "Accept-Encoding", "Authorization", "Cache-Control", "Content-Encoding", "Cookie"),
    *("Content-Type", "Expect", "Host", "If-Match", "If-None-Match", "If-Modified-Since", "Origin"),
    *("Prefer", "Range", "Transfer-Encoding", "Upgrade", "X-Forwarded-For", "X-Request-Id", "X"),
)
VALUES = (
    *(JSON, XML, "*/*;q=0", "text/*;q=0.5, " * 50, '"', "\xff\xfe", "a" * 3000, "gzip;q=0, *", "*"),
    *(
        'W/"1", "2"',
        "bytes=0-1,2-3",
        "Basic " + "Og" * 40,
        "Bearer x.y.z",
        "chunked",
        "100-continue",
    ),
    *(
        "return=minimal; x, wait=99999999999",
        "Sat, 31 Feb 2099 25:61:61 GMT",
        "-1",
        "no-cache=,,",
        "",
    ),
)
ENTITIES = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><customer>&b;</customer>'
)
EXTERNAL = (
    b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><customer><first>&a;</first></customer>'
)
CONTENTS = (
    *(
        ENTITIES,
        EXTERNAL,
        b"<a>" * 5000,
        b"<customer" + b" a='b'" * 3000 + b"/>",
        b"\xff\xfe<\x00a\x00",
    ),
    *(b"[" * 5000, b'{"a":' * 500, b'{"first":1e400}', b'{"a":1,"a":2}', b'"\\ud800"', b"NaN", b""),
    *(gzip(b"a" * 2**22), b"0" * (2**20 + 1), customer(JSON), customer(XML), b"\x00" * 100),
    b'[{"op":"copy","from":"","path":"/a"}]' * 3,
)


def hostile(random: Random) -> bytes:
    """A request of parts that fit together, or do not."""
    fields = [
        f"{random.choice(NAMES)}: {random.choice(VALUES)}".encode("latin-1") for _ in range(4)
    ]
    content = random.choice(CONTENTS) if random.random() < 0.6 else None
    if content and random.random() < 0.5:  # it comes as far as the reader, or the model
        fields.append(f"Content-Type: {random.choice((JSON, XML))}".encode())
        return request("POST", "/customers", *fields[3:], content=content)
    if content and random.random() < 0.3:
        fields.append(b"Transfer-Encoding: chunked")
        return request(random.choice(METHODS), random.choice(TARGETS), *fields) + chunked(content)
    made = request(random.choice(METHODS), random.choice(TARGETS), *fields, content=content)
    return made if random.random() < 0.9 else made[: random.randrange(len(made))]


@pytest.fixture
def besieged(tmp_path) -> Iterator[tuple[int, int]]:
    """The port of a server, and the process that answers there."""
    running = start_server(
        sample_database(tmp_path / "parley.db", 50),
        free_port(),
        *("--threads", str(CLIENTS + 2)),  # a place for each to stream
        PARLEY_HEAD_SECONDS="2",
    )
    (worker,) = children(running.process.pid)
    yield running.port, worker
    stop(running)


def resident(process: int) -> int:
    """Bytes."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


def siege(port: int, seed: int, count: int) -> Counter[int]:
    """The statuses of so many hostile requests; 0 where the server closed, or was not asked."""
    random, told = Random(seed), Counter[int]()
    for _ in range(count):
        sent = hostile(random)
        try:
            answer = send(port, sent, stops=True)
        except (OSError, HTTPException):
            told[0] += 1
            continue
        assert not [leak for leak in _LEAKS if leak in answer.content], (sent, answer)
        told[answer.status] += 1
    return told


def test_a_siege(besieged):
    port, worker = besieged
    siege(port, 0, 500)  # what is loaded once, and kept, is there
    before = resident(worker)
    with ThreadPoolExecutor(CLIENTS) as pool:
        each = [
            pool.submit(siege, port, seed, REQUESTS // CLIENTS) for seed in range(1, CLIENTS + 1)
        ]
        told = sum((one.result() for one in each), Counter[int]())
    assert told.total() == REQUESTS
    # 501 says that there is no such method; nothing here is too much at once for 503.
    assert not [status for status in told if status >= 500 and status != 501], told
    assert {200, 400, 404, 405, 406, 413, 415, 422} <= set(told), told
    time.sleep(1)
    assert resident(worker) - before < GROWTH
    assert get(port, "/customers/1").status == 200
