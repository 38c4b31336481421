"""Problems: every error of this server, and what is said of it (RFC 9457)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Kind:
    """A problem type: the last segment of its URL, its status, and what a client can do."""

    name: str
    status: int
    title: str
    explanation: str


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "malformed",
            400,
            "Bad request",
            "The content does not follow its syntax, or the query asks for what there is not. "
            "The detail says what and where.",
        ),
        Kind(
            "unauthorized",
            401,
            "Credentials are needed",
            "None were sent, or they are wrong, revoked or expired. WWW-Authenticate names the "
            "scheme: Bearer with a token, which POST /tokens gives for a name and password.",
        ),
        Kind(
            "forbidden",
            403,
            "Not allowed",
            "The credentials are good, but do not allow this.",
        ),
        Kind(
            "not-found",
            404,
            "No such resource",
            "Nothing is at this address. From / every resource can be reached by links.",
        ),
        Kind(
            "method-not-allowed",
            405,
            "The resource does not have this method",
            "Allow lists the methods that it has.",
        ),
        Kind(
            "not-acceptable",
            406,
            "No representation that Accept allows",
            "The detail and the Link field list the media types that there are; "
            "?format= chooses one without a header field.",
        ),
        Kind(
            "too-slow",
            408,
            "The request took too long to arrive",
            "Nothing was done. Send it again, or less of it at once.",
        ),
        Kind(
            "conflict",
            409,
            "In conflict with the state of the resource",
            "A duplicate, a row that others refer to, or a member that can no longer change.",
        ),
        Kind(
            "precondition-failed",
            412,
            "The resource is not what the request expects",
            "It has changed since it was read, or what should not be there is. "
            "Read it again, and decide again.",
        ),
        Kind(
            "content-too-large",
            413,
            "The content is too large",
            "The limit is on the decoded content; the detail names it.",
        ),
        Kind(
            "uri-too-long",
            414,
            "The path or query is too long",
            "The detail names which, and the limit.",
        ),
        Kind(
            "unsupported-media-type",
            415,
            "Content that is not read here",
            "Accept-Post, Accept-Patch or Accept lists the media types that are read, "
            "Accept-Encoding the content codings.",
        ),
        Kind(
            "range-not-satisfiable",
            416,
            "No part of the representation is in the range",
            "Content-Range says how many bytes there are.",
        ),
        Kind(
            "invalid",
            422,
            "The content says something impossible",
            "It was parsed, but members are missing, unknown, or have values that cannot be. "
            "The errors name each with a pointer: JSON Pointer (RFC 6901), or XPath for XML.",
        ),
        Kind(
            "precondition-required",
            428,
            "A precondition is needed",
            "If-Match, with the ETag that was read, keeps a write from undoing another.",
        ),
        Kind(
            "fields-too-large",
            431,
            "The fields are too large, or one of them is",
            "The detail names which, and the limit.",
        ),
        Kind(
            "too-many-requests",
            429,
            "Too many requests",
            "RateLimit-Policy says how many are allowed in which time, RateLimit what is left. "
            "Ask again after the seconds in Retry-After; what is refused counts too.",
        ),
        Kind(
            "internal-error",
            500,
            "The server failed",
            "The fault is the server's and has been logged.",
        ),
        Kind(
            "not-implemented",
            501,
            "A method that HTTP does not have",
            "OPTIONS lists the methods of a resource. Methods are in capitals.",
        ),
        Kind(
            "unavailable",
            503,
            "A part that the answer needs is down or busy",
            "Nothing was changed. Try again after the seconds in Retry-After.",
        ),
        Kind(
            "not-kept",
            504,
            "Only the cache was asked, and has nothing current",
            "Ask without Cache-Control: only-if-cached.",
        ),
    )
}
_BY_STATUS = {kind.status: kind for kind in KINDS.values()}


@dataclass(eq=False)
class Problem(Exception):
    """An error on its way to the client.

    name: of a kind in KINDS. errors: `{"pointer", "detail"}` for each fault of the content.
    fields: header fields of the answer.
    """

    name: str
    detail: str
    errors: Sequence[Mapping[str, str]] = ()
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        return KINDS[self.name]

    def to_dict(self, base: str, instance: str) -> dict[str, Any]:
        """The members of RFC 9457, 3.1; base is the URL that the names of kinds are appended to."""
        data: dict[str, Any] = {
            "type": base + self.name,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            "instance": instance,
        }
        return data | ({"errors": list(self.errors)} if self.errors else {})


def of_status(status: int) -> Kind:
    """The kind that fits a status code: its own, else that of its class (RFC 9110, 15)."""
    return _BY_STATUS.get(status) or KINDS["internal-error" if status >= 500 else "malformed"]
