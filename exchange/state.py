"""The exchange in hand: what is known of the view, of the request, and of the answer to be."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from flask import current_app, g

from negotiate.cache_control import Policy
from negotiate.link import Link
from representations import Representation
from representations.base import Shape, json_pointer
from representations.schema import Object, shape_of

# In the environ: the Problem with which what stands before the application refuses the request.
REFUSED = "parley.refused"
Parameters = ParamSpec("Parameters")
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Traits:
    """What the decorators of a view say of it.

    shape: of the data that it returns, and type: its description. model: the model that the data
    comes from, if any. parameters: those of the query that it understands. accepts: the model that
    content is of, if it takes any. given: what of that the path says. starts: the model of what
    work makes that the view begins. policy: what caches are told, None for what is not kept.
    is_probe: it tells of the server itself, at this moment: it needs no credentials, has no limit,
    is never kept. offers: the representations of what has others than resources have.
    """

    shape: Shape = Shape("nothing")
    type: Object | None = None
    model: Any = None
    is_collection: bool = False
    parameters: frozenset[str] = frozenset()
    accepts: Any = None
    given: frozenset[str] = frozenset()
    starts: Any = None
    policy: Policy | None = None
    is_probe: bool = False
    offers: tuple[Representation, ...] | None = None

    @property
    def reads(self) -> bool:
        """Whether it takes content."""
        return self.accepts is not None


def traits(view: Callable[..., Any]) -> Traits:
    """The traits of a view; functools.wraps carries them outward from decorator to decorator."""
    return getattr(view, "traits", Traits())


def mark(view: View, **changes: Any) -> View:
    """The view, with traits added."""
    view.traits = replace(traits(view), **changes)  # type: ignore[attr-defined]
    return view


def describe(view: View, type: Object) -> View:
    """The view, of whose data there is a description."""
    return mark(view, type=type, shape=shape_of(type))


@dataclass
class Exchange:
    """One request and its answer, as far as decorators may shape it.

    methods: those of the resource. selected: the representation of the answer. shape: of its data.
    reader: what the content is written in, once it is known, and read_as its shape. version: of
    the row that is shown, None where that is no single row. modified: when it was changed.
    guard: checks and locks what is to be written; it is called once the content has been read.
    coding: the content coding of the answer. vary: the fields that the answer depends on. after:
    makes the answer that is sent of the one that was made, once all is kept.
    """

    traits: Traits
    methods: frozenset[str]
    selected: Representation
    shape: Shape
    status: int = 200
    version: int | None = None
    fields: dict[str, str] = field(default_factory=dict)
    modified: datetime | None = None
    guard: Callable[[], None] | None = None
    after: Callable[[Any], Any] | None = None
    coding: str | None = None
    vary: list[str] = field(default_factory=lambda: ["Accept"])
    links: list[Link] = field(default_factory=list)
    reader: Any = None
    read_as: Shape = Shape("content")

    @property
    def written_as(self) -> Shape:
        """The shape of the data, with the place of its schema if documents are to name it."""
        place = current_app.schema_places.get(self.shape.name)
        return replace(self.shape, schema=place) if place else self.shape

    def pointer(self, path: tuple[str | int, ...]) -> str:
        """The place in the content that the path leads to, in the terms of its format."""
        return (self.reader.pointer if self.reader else json_pointer)(path, self.read_as)


def current() -> Exchange:
    """The exchange in hand. Raises AttributeError before a representation was selected."""
    exchange: Exchange = g.exchange
    return exchange
