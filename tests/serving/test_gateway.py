"""A request has a thread only while it is answered; too many at once are told so (contract 4)."""

import asyncio
from threading import Event
from types import SimpleNamespace

import pytest

from serving.gateway import REFUSED, Gateway

SETTINGS = SimpleNamespace(threads=1, max_waiting=1, max_content=10, content_seconds=0.2)


class Application:
    """Answers when it is let: its content, or why it was refused."""

    def __init__(self):
        self.go = Event()
        self.asked = []

    def __call__(self, environ, start_response):
        content = environ["wsgi.input"].read()
        if refused := environ.get(REFUSED):
            content = refused.name.encode()
        else:
            assert self.go.wait(10)
        self.asked.append(content)
        status = f"{refused.kind.status} x" if refused else "200 OK"
        start_response(status, [("Content-Length", str(len(content)))])
        return [content]


def scope(*fields):
    return {
        "type": "http",
        "method": "POST",
        "raw_path": b"/",
        "query_string": b"",
        "http_version": "1.1",
        "server": ("a", 1),
        "client": ("b", 2),
        "scheme": "http",
        "headers": fields,
    }


async def answered(gateway, *pieces, fields=((b"transfer-encoding", b"chunked"),)):
    """Status and content of the answer to content in pieces; None: the client leaves there."""
    coming, sent = [*pieces], []

    async def receive():
        if not coming:
            await asyncio.sleep(60)
        piece = coming.pop(0)
        if piece is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": piece != b""}

    async def send(message):
        sent.append(message)

    await gateway(scope(*fields), receive, send)
    return (sent[0]["status"], sent[1]["body"]) if sent else None


@pytest.fixture
def application():
    return Application()


@pytest.fixture
def gateway(application):
    return Gateway(application, SETTINGS)


CONTENTS = {
    # what arrives; the status, and what the application reads
    "in pieces": ([b"ab", b"cd", b""], 200, b"abcd"),
    "none": ([b""], 200, b""),
    "one byte too many is handed over, no more": ([b"x" * 11, b"y" * 99, b""], 200, b"x" * 11),
    "too slow": ([b"ab"], 408, b"too-slow"),
}


@pytest.mark.parametrize(("pieces", "status", "read"), CONTENTS.values(), ids=CONTENTS)
def test_content(application, gateway, pieces, status, read):
    application.go.set()
    assert asyncio.run(answered(gateway, *pieces)) == (status, read)


def test_who_leaves_amid_content_is_not_answered_and_asks_nothing(application, gateway):
    assert asyncio.run(answered(gateway, b"ab", None)) is None
    assert application.asked == []


def test_a_length_beyond_the_limit_is_refused_before_anything_is_read(application, gateway):
    application.go.set()
    fields = ((b"content-length", b"11"),)
    assert asyncio.run(answered(gateway, fields=fields)) == (200, b"")


def test_one_more_than_may_wait_is_told_at_once(application, gateway):
    async def three():
        waiting = [asyncio.create_task(answered(gateway, b"")) for _ in range(2)]
        await asyncio.sleep(0)
        while gateway._taken < 2:
            await asyncio.sleep(0.01)
        refused = await answered(gateway, b"")
        application.go.set()
        return refused, await asyncio.gather(*waiting), await answered(gateway, b"")

    refused, waited, after = asyncio.run(three())
    assert refused == (503, b"unavailable")
    assert waited == [(200, b"")] * 2
    assert after == (200, b"")
