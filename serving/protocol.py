"""HTTP/1.1 on a connection, by uvicorn, within bounds of size, and of the time of a client.

What fails here has not been parsed, so its problem is not negotiated: it is JSON.
"""

import sys
from asyncio import TimerHandle, Transport
from collections.abc import Callable, Mapping
from secrets import token_hex
from typing import Any

from httptools import HttpParserInvalidMethodError
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from negotiate.problem import Problem
from negotiate.security import security_fields
from representations import PROBLEMS
from representations.base import Shape
from serving.upgrade import Staying

_MALFORMED = Problem("malformed", "this is not HTTP/1.1 as RFC 9112 has it")
_NO_METHOD = Problem("not-implemented", "the method is none of HTTP; methods have a case")
_TOO_SLOW = Problem("too-slow", "the request line and its fields were not whole in time")
_CUT_SHORT = Problem("malformed", "the content ended before it was whole")

_JSON: Any = PROBLEMS[0]
_ALWAYS = {
    "Content-Type": _JSON.content_type,
    "Cache-Control": "no-store",
    "Vary": "Accept",
    "Connection": "close",
}


class Protocol(Staying):
    """A connection. Its settings are those of the application, a Gateway."""

    head = 0  # bytes of the head that is being read
    lines = 0  # and its field lines
    is_head = False  # whether one is
    fault = _MALFORMED  # what is wrong if the parser stops
    is_half_closed = False
    timer: TimerHandle | None = None
    taking: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.app.settings.max_connections:
            transport.abort()
        self._time(self._end)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        for each in (self.timer, self.taking):
            if each:
                each.cancel()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.is_head:  # a field that does not end is not handed over
            self.head += len(data)
            if self.head > 2 * self.app.settings.max_head:
                self._refuse(self._too_large())

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.is_head, self.head, self.lines = True, 0, 0
        self._time(lambda: self._refuse(_TOO_SLOW))

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._count(len(name) + len(value) + 4)  # a colon, a space, and the end of the line
        self.lines += 1
        if self.lines > self.app.settings.max_fields:
            self._stop(self._too_many())

    def on_headers_complete(self) -> None:
        self.is_head = False
        self._time(None)
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.is_half_closed:
            self._end()

    def eof_received(self) -> bool:  # type: ignore[override]
        """A client may close its side after its request, and still read (RFC 9112, 9.6)."""
        self.is_half_closed = True
        if self.is_head or (self.cycle and self.cycle.more_body):
            self._refuse(_CUT_SHORT)
        return bool(self.cycle and not self.cycle.response_complete)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._await_taking(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.taking:
            self.taking.cancel()

    def send_400_response(self, msg: str) -> None:
        is_unknown = isinstance(sys.exception(), HttpParserInvalidMethodError)
        self._refuse(_NO_METHOD if is_unknown else self.fault)

    def _count(self, size: int) -> None:
        self.head += size
        if self.head > self.app.settings.max_head:
            self._stop(self._too_large())

    def _stop(self, fault: Problem) -> None:
        self.fault = fault
        raise ValueError  # stops the parser

    def _too_large(self) -> Problem:
        most = self.app.settings.max_head
        return Problem(
            "fields-too-large", f"a request line and its fields have at most {most} bytes"
        )

    def _too_many(self) -> Problem:
        most = self.app.settings.max_fields
        return Problem("fields-too-large", f"a request has at most {most} field lines")

    def _refuse(self, problem: Problem) -> None:
        """The problem as the last answer of the connection, unless another is on its way."""
        if not self.transport.is_closing():
            if not self.cycle or self.cycle.response_complete or not self.cycle.response_started:
                self._answer(problem, token_hex(16))
            self._end()

    def _answer(self, problem: Problem, request_id: str) -> None:
        origin = self.app.settings.public_url
        told = problem.to_dict(f"{origin}/problems/", "") | {"request_id": request_id}
        content, status = _JSON.encode(told, Shape("problem")), problem.kind.status
        fields = _ALWAYS | security_fields(origin) | {"X-Request-Id": request_id}
        length = {"Content-Length": str(len(content))}
        self.transport.write(_head(status, fields | length) + content)
        address = self.client[0] if self.client else None
        self.app.app.observer.refuse(request_id, status, len(content), address)

    def _end(self) -> None:
        self.transport.close()

    def _time(self, late: Callable[[], None] | None) -> None:
        if self.timer:
            self.timer.cancel()
        self.timer = self.loop.call_later(self.app.settings.head_seconds, late) if late else None

    def _await_taking(self, left: int) -> None:
        seconds = self.app.settings.taking_seconds
        self.taking = self.loop.call_later(seconds, self._look_at_taking, left)

    def _look_at_taking(self, left: int) -> None:
        now = self.transport.get_write_buffer_size()
        if now < left:
            self._await_taking(now)
        else:
            self.transport.abort()


def _head(status: int, fields: Mapping[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return STATUS_LINE[status] + lines.encode() + b"\r\n"
