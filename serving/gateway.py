"""From ASGI to WSGI: a request takes a thread when its content is there, until its answer is made.

Who sends or reads slowly costs memory within bounds, and no thread.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from negotiate.problem import Problem
from serving.environ import environ_of
from serving.lifespan import live

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

REFUSED = "parley.refused"  # in the environ: the Problem with which the server refuses the request
_IN_MEMORY = 2**16  # bytes of content; what is beyond stands in a temporary file
_WITHOUT_CONTENT = (204, 304)
_BUSY = Problem(
    "unavailable",
    "more requests are waiting than can be answered soon",
    fields={"Retry-After": "1"},
)


class Gone(Exception):
    """The client has closed the connection."""


@dataclass
class Answer:
    """What the application answered: its content, or the pieces that are still to be made."""

    status: int = 500
    fields: list[tuple[bytes, bytes]] = field(default_factory=list)
    content: bytes = b""
    pieces: Iterable[bytes] | None = None


class Gateway:
    """An ASGI application around one of WSGI, which raises the Problem in `environ[REFUSED]`.

    threads: that the application has. waiting: requests that may wait for one; one more gets a 503
    at once, so that those who wait do not wait for long. engine: works beside the requests.
    """

    def __init__(self, app: Any, settings: Any, engine: Any = None) -> None:
        self.settings = settings
        self.engine = engine
        self.app = app
        self._threads = ThreadPoolExecutor(settings.threads, "parley")
        self._most = settings.threads + settings.max_waiting
        self._taken = 0

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await live(self.engine, receive, send)
            return
        try:
            with _room(scope) as content:
                environ = environ_of(scope, content)
                refused = await self._fill(content, environ, receive)
                answer = await self._answer(environ, refused)
                await self._send(answer, receive, send)
        except Gone:
            pass

    async def _fill(
        self, content: IO[bytes], environ: Mapping[str, Any], receive: Receive
    ) -> Problem | None:
        """Reads the content; the problem if it takes too long. What is larger than it may be is not
        read further: the application refuses it. Raises Gone."""
        most, seconds = self.settings.max_content, self.settings.content_seconds
        length = environ.get("CONTENT_LENGTH", "0")
        if isinstance(content, BytesIO) or (length.isdecimal() and int(length) > most):
            return None
        try:
            async with asyncio.timeout(seconds):
                while content.tell() <= most and (message := await receive()):
                    if message["type"] == "http.disconnect":
                        raise Gone
                    content.write(message.get("body", b""))
                    if not message.get("more_body"):
                        break
        except TimeoutError:
            return Problem("too-slow", f"the content was not whole after {seconds} seconds")
        content.seek(0)
        return None

    async def _answer(self, environ: dict[str, Any], refused: Problem | None) -> Answer:
        if not refused and self._taken < self._most:
            self._taken += 1
            try:
                return await self._in_thread(self._perform, environ)
            finally:
                self._taken -= 1
        environ[REFUSED] = refused or _BUSY
        return self._perform(environ)  # which is no more than to say so: no thread is needed

    def _perform(self, environ: dict[str, Any]) -> Answer:
        answer = Answer()

        def start_response(
            status: str, fields: list[tuple[str, str]], exc_info: Any = None
        ) -> None:
            answer.status = int(status[:3])
            answer.fields = [
                (name.encode("latin-1"), value.encode("latin-1")) for name, value in fields
            ]

        pieces = self.app(environ, start_response)
        is_whole = any(name.lower() == b"content-length" for name, _ in answer.fields)
        if is_whole or answer.status in _WITHOUT_CONTENT:
            answer.content = b"".join(pieces)
            _close(pieces)
        else:
            answer.pieces = pieces
        return answer

    async def _send(self, answer: Answer, receive: Receive, send: Send) -> None:
        await send(
            {"type": "http.response.start", "status": answer.status, "headers": answer.fields}
        )
        if answer.pieces is not None:
            await self._stream(answer.pieces, receive, send)
        await send({"type": "http.response.body", "body": answer.content})

    async def _stream(self, pieces: Iterable[bytes], receive: Receive, send: Send) -> None:
        """Piece by piece, each when the one before has been taken. What breaks off raises, and the
        connection is closed without the last chunk: its framing tells the client."""
        gone = asyncio.ensure_future(_disconnection(receive))
        each = iter(pieces)
        try:
            while (piece := await self._in_thread(next, each, None)) is not None:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                if gone.done():
                    raise Gone
        finally:
            gone.cancel()
            await self._in_thread(_close, pieces)

    async def _in_thread(self, call: Callable[..., Any], *values: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call, *values)


def _room(scope: Mapping[str, Any]) -> IO[bytes]:
    """Where the content will be; of a request without any (RFC 9112, 6.3), nothing is read."""
    names = {name for name, _ in scope["headers"]}
    if names & {b"content-length", b"transfer-encoding"}:
        return SpooledTemporaryFile(_IN_MEMORY)
    return BytesIO()


async def _disconnection(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _close(pieces: Any) -> None:
    if hasattr(pieces, "close"):
        pieces.close()
