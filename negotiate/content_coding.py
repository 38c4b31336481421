"""Content codings of requests and responses (RFC 9110, 8.4, 12.5.3)."""

from negotiate.fields import members

_ALIASES = {"x-gzip": "gzip", "x-compress": "compress"}  # 8.4.1.3, 8.4.1.1


def codings(field: str | None) -> list[str]:
    """The codings named by a Content-Encoding field, in the order they were applied.

    Names are in lower case; `identity`, which changes nothing, is left out.
    """
    named = (member.lower() for member in members(field or ""))
    return [_ALIASES.get(name, name) for name in named if name != "identity"]
