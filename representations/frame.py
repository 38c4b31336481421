"""What stands around data where more is shown than the data: on a page for a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Field:
    """A member that can be asked for or written.

    kind: `text`, `integer`, `amount`, `date`, `moment`, `boolean`, `list`, or `id`, by which an
    item of a list is known again. options: the values that there are, none meaning any. longest: in
    characters. fields, and item: those of a list's items, and the name of one.
    """

    name: str
    kind: str
    required: bool = False
    options: tuple[str, ...] = ()
    longest: int | None = None
    fields: tuple["Field", ...] = ()
    item: str = "item"


@dataclass(frozen=True)
class Form:
    """What can be sent to the resource: by which methods, as which type."""

    methods: tuple[str, ...]
    type: str
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True)
class Sent:
    """The same data, as another representation sends it: header fields and content."""

    name: str
    title: str
    media_type: str
    fields: Pairs
    content: str


@dataclass(frozen=True)
class Frame:
    """base: the path below which the server is, without its last slash. path, query: what was
    asked for. crumbs: the way there, each with its URL, None where nothing is. others: as what else
    it can be had, each with its URL. media: the URL of its `video` and `image`. guides: where more
    is said of it. sought: what a collection can be filtered and sorted by. is_followed: it goes on
    while it is looked at.
    """

    base: str = ""
    path: str = ""
    query: Pairs = ()
    crumbs: tuple[tuple[str, str | None], ...] = ()
    sent: tuple[Sent, ...] = ()
    others: Pairs = ()
    media: Mapping[str, str] = field(default_factory=dict)
    guides: Pairs = ()
    sought: tuple[Field, ...] = ()
    forms: tuple[Form, ...] = ()
    is_followed: bool = False

    @property
    def asked(self) -> Mapping[str, str]:
        return dict(self.query)

    def without(self, *names: str) -> Pairs:
        """The query but for some parameters."""
        return tuple(pair for pair in self.query if pair[0] not in names)

    def url(self, pairs: Pairs) -> str:
        """The resource with another query."""
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path

    def sorted_by(self, name: str) -> str:
        """The resource in the order of the member; the other way round if it is in that already."""
        order = f"-{name}" if self.asked.get("sort") == name else name
        return self.url((*self.without("sort", "page", "after"), ("sort", order)))
