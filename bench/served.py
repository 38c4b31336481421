"""The speed of answers that are kept, over sockets: beside Flask that returns constant bytes."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryFile
from typing import Any

from bench.rounds import ROUNDS, Claim, Row, measure

APPS = {"parley": "run:create_gateway", "constant": "bench.plain_flask:create_gateway"}
TARGETS = {"a customer": "/customers/1", "a page of 20": "/customers"}
FORMATS = {"json": "application/json", "xml": "application/xml"}
_SERVING = (
    *("--factory", "--http", "serving.protocol:Protocol", "--lifespan", "off", "--ws", "none"),
    *("--no-proxy-headers", "--no-server-header", "--no-access-log", "--log-level", "warning"),
)


def rows(settings: Any) -> Iterator[Row]:
    """The claims on hits and on 304s, each beside constant bytes of the same length."""
    with ExitStack() as stack:
        environment = settings.environment()
        ports = {name: stack.enter_context(_serving(name, environment)) for name in APPS}
        for what, target in TARGETS.items():
            yield from _claims(what, target, ports)


def _claims(what: str, target: str, ports: dict[str, int]) -> Iterator[Row]:
    calls: dict[str, Callable[[], object]] = {}
    for name, media_type in FORMATS.items():
        call = _asking(ports["parley"], target, Accept=media_type)
        head, content = call()
        tag = head[head.lower().index(b"etag: ") + 6 :].split(b"\r\n")[0].decode()
        calls[name] = call
        calls[f"{name} 304"] = _asking(
            ports["parley"], target, **{"Accept": media_type, "If-None-Match": tag}
        )
        calls[f"{name} constant"] = _asking(ports["constant"], f"/{len(content)}")
    times = measure(calls, 3 * ROUNDS)  # what passes sockets is less even
    for name in FORMATS:
        constant = f"{name} constant"
        text = f"{what} as {name}, kept: throughput, constant bytes = 1"
        yield Claim(text, constant, name, at_least=0.65).row(times)
        text = f"{what} as {name}, 304: throughput, constant bytes = 1"
        yield Claim(text, constant, f"{name} 304", at_least=0.65).row(times)
    text = f"{what}, kept: throughput in xml, json = 1"
    yield Claim(text, "json", "xml", at_least=0.95).row(times)


def _asking(port: int, target: str, **fields: str) -> Callable[[], tuple[bytes, bytes]]:
    """GETs on one connection that stays open: the head and the content of the answer."""
    lines = [f"GET {target} HTTP/1.1", "Host: bench", *(f"{k}: {v}" for k, v in fields.items())]
    request = "\r\n".join([*lines, "", ""]).encode()
    connection = socket.create_connection(("127.0.0.1", port), 10)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def call() -> tuple[bytes, bytes]:
        connection.sendall(request)
        answer = connection.recv(65536)
        while b"\r\n\r\n" not in answer:
            answer += connection.recv(65536)
        head, _, content = answer.partition(b"\r\n\r\n")
        while len(content) < _length(head):
            content += connection.recv(65536)
        return head, content

    return call


def _length(head: bytes) -> int:
    after = head.lower().partition(b"content-length: ")[2]
    return int(after.split(b"\r\n")[0]) if after else 0


@contextmanager
def _serving(name: str, environment: dict[str, str]) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "uvicorn", APPS[name], *_SERVING, "--port", str(port)]
    environment |= {"PATH": "/usr/bin", "PARLEY_LOG_LEVEL": "info"}
    with TemporaryFile() as log:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=log)
        try:
            _wait_for(port)
            yield port
        finally:
            process.terminate()
            process.wait(20)


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"nothing listens on {port}")
