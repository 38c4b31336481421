"""Whose scripts may read an answer (Fetch, 3.3)."""

from collections.abc import Collection

SENT = ", ".join(  # that a script may send, beside those that need no leave
    (
        *("Accept", "Authorization", "Cache-Control", "Content-Encoding", "Content-Type"),
        *("If-Match", "If-Modified-Since", "If-None-Match", "If-Unmodified-Since"),
        *("Prefer", "X-Request-Id"),
    )
)
EXPOSED = ", ".join(  # that a script may read, beside those that need no leave
    (
        *("Accept-Patch", "Accept-Post", "Allow", "Cache-Status", "Content-Disposition"),
        *("Content-Location", "ETag", "Link", "Location", "Parley-Rows", "Preference-Applied"),
        *("RateLimit", "RateLimit-Policy", "Retry-After", "WWW-Authenticate"),
        *("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-Request-Id"),
    )
)


def sharing_fields(
    origins: Collection[str], origin: str | None, asked: str | None, allow: str, seconds: int
) -> dict[str, str]:
    """The fields that let a script of the origin read the answer; none if it may not.

    origins: as a browser writes them, compared byte by byte; `*` is every one. asked: the method
    that a preflight asks for, None for any other request. allow: the methods of the resource.
    seconds: that a browser may remember the answer to a preflight. Cookies and the like are never
    let through: there is no Access-Control-Allow-Credentials.
    """
    allowed = "*" if "*" in origins else origin
    if origin is None or (allowed != "*" and origin not in origins):
        return {}
    fields = {"Access-Control-Allow-Origin": str(allowed)}
    if asked is None:
        return fields | {"Access-Control-Expose-Headers": EXPOSED}
    return fields | {
        "Access-Control-Allow-Methods": allow,
        "Access-Control-Allow-Headers": SENT,
        "Access-Control-Max-Age": str(seconds),
    }


def varies(origins: Collection[str]) -> bool:
    """Whether answers differ by Origin: also those to a request that has none, or another."""
    return bool(origins) and "*" not in origins
