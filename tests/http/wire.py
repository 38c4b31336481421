"""Requests as bytes, and answers as they come: what no client library would send."""

import json
import socket
import zlib
from dataclasses import dataclass
from http.client import HTTPMessage, HTTPResponse
from uuid import uuid4

import brotli
import msgspec
from backports import zstd
from lxml import etree

from representations import REPRESENTATIONS
from tests.conftest import ROOT

SECONDS = 5  # in which every answer is whole
JSON, XML, TEXT_XML = "application/json", "application/xml", "text/xml"
TYPED, MSGPACK = "application/vnd.parley.typed+xml", "application/vnd.msgpack"
READ = tuple(each.media_type for each in REPRESENTATIONS if each.decode)
NAMESPACE = "urn:ietf:rfc:7807"

# What would tell of the inside of the server, or of a file that it was made to open.
_LEAKS = (
    b"Traceback",
    b'File "',
    b".py",
    b"site-packages",
    str(ROOT).encode(),
    b"/tmp/",
    b"root:x:",
    b"lxml",
)


@dataclass(frozen=True, repr=False)
class Answer:
    status: int
    fields: HTTPMessage
    content: bytes

    def __repr__(self) -> str:
        return f"{self.status} {self.fields.items()} {self.content[:300]!r}"

    @property
    def media_type(self) -> str:
        return str(self.fields.get("Content-Type", "")).partition(";")[0]

    def json(self):
        assert self.media_type == JSON, self
        return json.loads(self.content)

    def check_problem(self, status: int) -> dict[str, str]:
        """The scalar members of the problem. Fails if it is none, or tells what it should not."""
        assert self.status == status, self
        assert "Accept" in str(self.fields["Vary"])
        assert self.fields["Cache-Control"] == "no-store"
        assert self.fields["ETag"] is None
        assert not [leak for leak in _LEAKS if leak in self.content], self
        told = _problem(self)
        assert told["status"] == str(status)
        assert told["type"].rpartition("/")[0].endswith("/problems")
        assert told["title"]
        assert told["detail"]
        return told


def _problem(answer: Answer) -> dict[str, str]:
    if answer.media_type == "application/problem+json":
        return {name: str(value) for name, value in json.loads(answer.content).items()}
    assert answer.fields["Content-Type"] == "application/problem+xml; charset=utf-8", answer
    root = etree.fromstring(answer.content)
    assert root.tag == f"{{{NAMESPACE}}}problem"
    return {etree.QName(child).localname: child.text or "" for child in root}


def request(method: str, target: str, *fields: str | bytes, content: bytes | None = None) -> bytes:
    """The request; Host, Connection and, with content, Content-Length are added to the fields."""
    lines = [f"{method} {target} HTTP/1.1", "Host: parley.test", "Connection: close", *fields]
    if content is not None:
        lines.append(f"Content-Length: {len(content)}")
    head = b"\r\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
    return head + b"\r\n\r\n" + (content or b"")


def chunked(content: bytes, size: int = 65536, end: bytes = b"0\r\n\r\n") -> bytes:
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + end


def send(port: int, *pieces: bytes, stops: bool = False) -> Answer:
    """The answer to the pieces together. An answer that comes early ends the sending; stops: the
    client says that it sends no more. Fails (TimeoutError) if an answer takes too long."""
    with socket.create_connection(("127.0.0.1", port), SECONDS) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
            if stops:
                connection.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the answer is there to be read all the same
        response = HTTPResponse(connection, method=pieces[0].split(b" ", 1)[0].decode())
        response.begin()
        return Answer(response.status, response.headers, response.read())


def get(port: int, target: str, *fields: str | bytes) -> Answer:
    return send(port, request("GET", target, *fields))


def post(port: int, media_type: str, content: bytes, *fields: str, target="/customers") -> Answer:
    return send(
        port, request("POST", target, f"Content-Type: {media_type}", *fields, content=content)
    )


def customer(media_type: str, **members: str) -> bytes:
    """A new customer in the media type, the only one with its address."""
    return written(media_type, {"first": "Ann", "last": "Bee", "email": address()} | members)


def address() -> str:
    return f"{uuid4().hex}@wire.test"


def written(media_type: str, members: dict[str, str]) -> bytes:
    if media_type == JSON:
        return json.dumps(members, ensure_ascii=False).encode()
    if media_type == MSGPACK:
        return msgspec.msgpack.encode(members)
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in members.items())
    return f"<customer>{inner}</customer>".encode()


def remove(port: int, made: Answer) -> None:
    """Fails unless the answer was a 201, and what it made can be deleted."""
    assert made.status == 201, made
    assert send(port, request("DELETE", made.fields["Location"])).status == 204


def gzip(content: bytes) -> bytes:
    return zlib.compress(content, 9, zlib.MAX_WBITS | 16)


def bare_deflate(content: bytes) -> bytes:
    return zlib.compress(content, 9, -zlib.MAX_WBITS)


CODERS = {"gzip": gzip, "deflate": zlib.compress, "br": brotli.compress, "zstd": zstd.compress}
