"""A request that offers another protocol is answered in this one (RFC 9110, 7.8).

Java's own client offers h2c with its first request to a server. httptools takes what follows such a
head for that other protocol, also where it is content; so another parser reads the content.
"""

import sys

from httptools import HttpRequestParser
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_FRAMING = (b"content-length", b"transfer-encoding")  # RFC 9112, 6


class _Content:
    """What the parser of the content tells of it."""

    def __init__(self, protocol: HttpToolsProtocol) -> None:
        self.on_body = protocol.on_body
        self.on_message_complete = protocol.on_message_complete


class Staying(HttpToolsProtocol):
    """A connection that stays with HTTP/1.1, and ends after the answer to such a request."""

    received = b""

    def data_received(self, data: bytes) -> None:
        self.received = data
        super().data_received(data)

    def on_message_complete(self) -> None:
        if not (self.parser.should_upgrade() and self._framing()):
            super().on_message_complete()

    def _unsupported_upgrade_warning(self) -> None:
        """The head was read; the error says where it ended."""
        self.cycle.keep_alive = False
        if framing := self._framing():
            rest = self.received[sys.exception().args[0] :]  # type: ignore[union-attr]
            self.parser = HttpRequestParser(_Content(self))
            self.parser.feed_data(b"POST / HTTP/1.1\r\n" + framing + b"\r\n")
            super().data_received(rest)

    def _framing(self) -> bytes:
        """The fields that say where the content ends; empty without content."""
        return b"".join(
            name + b": " + value + b"\r\n" for name, value in self.headers if name in _FRAMING
        )
