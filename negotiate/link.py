"""The Link field (RFC 8288, 3)."""

from collections.abc import Iterable
from dataclasses import dataclass

from negotiate.fields import quote


@dataclass(frozen=True, slots=True)
class Link:
    """A target URL, its relation, and the media type found there."""

    target: str
    rel: str
    type: str | None = None

    def __str__(self) -> str:
        kind = f"; type={quote(self.type)}" if self.type else ""
        return f"<{_encoded(self.target)}>; rel={quote(self.rel)}{kind}"


def field(links: Iterable[Link]) -> str:
    """The value of a Link field that carries all the links."""
    return ", ".join(map(str, links))


def _encoded(target: str) -> str:
    """The target without what would end it early or break a URI parser: `<`, `>`, `[`, `]`."""
    return target.translate(_ENCODED)


_ENCODED = {ord(character): f"%{ord(character):02X}" for character in '<>[]"'}
