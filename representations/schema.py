"""What a type is, member by member: the description that its schemas are written from.

A shape directs readers and writers and knows just what they need; a description knows the bounds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from representations.base import ListOf, Member, Scalar, Shape


class Kind(Enum):
    """What a value without members is, and what directs its reading."""

    TEXT = Scalar.TEXT
    INTEGER = Scalar.INTEGER
    BOOLEAN = Scalar.BOOLEAN
    MONEY = (Scalar.TOKEN, "money")
    DAY = (Scalar.TOKEN, "day")
    MOMENT = (Scalar.TOKEN, "moment")

    @property
    def scalar(self) -> Scalar:
        return self.value if isinstance(self.value, Scalar) else self.value[0]


@dataclass(frozen=True)
class Value:
    """A value, and its bounds: characters, a pattern of the whole text, all that it may be, from
    and below which number, digits in all and after the point."""

    kind: Kind = Kind.TEXT
    max_length: int | None = None
    pattern: str | None = None
    choices: tuple[str, ...] = ()
    ge: int | None = None
    lt: int | None = None
    max_digits: int = 0
    decimal_places: int = 0
    examples: Sequence[str] = ()

    @property
    def most(self) -> Decimal:
        """The greatest amount of so many digits."""
        return Decimal(10**self.max_digits - 1).scaleb(-self.decimal_places)


@dataclass(frozen=True)
class Named:
    """An object of the type that has the name, in a list an element of that name."""

    name: str
    element: str | None = None

    @property
    def tag(self) -> str:
        return self.element or self.name


@dataclass(frozen=True)
class Listed:
    """A list; most: how many items it has, None for any number."""

    items: "Type"
    most: int | None = None

    @property
    def item_name(self) -> str:
        """The name of the element of an item."""
        return "item" if isinstance(self.items, Value | Listed) else self.items.tag


@dataclass(frozen=True)
class Property:
    """A member of an object. ignored: the server writes it; a client may send it, to no effect."""

    type: "Type"
    required: bool = True
    nullable: bool = False
    ignored: bool = False


@dataclass(frozen=True)
class Object:
    """A type with members.

    element: the name of its element in XML, None for that of the type. is_input: it is what clients
    send, not what the server does. namespace, item: that of its elements and the name of a list's
    items, where the rules of others have them (RFC 9457, appendix B).
    """

    name: str
    properties: Mapping[str, Property]
    about: str = ""
    element: str | None = None
    is_input: bool = False
    namespace: str | None = None
    item: str | None = None

    @property
    def tag(self) -> str:
        return self.element or self.name


Type = Value | Named | Listed | Object
Types = Mapping[str, Object]  # by name

TEXT = Value()
INTEGER = Value(Kind.INTEGER, ge=0)


def optional(type: Type, *, nullable: bool = False) -> Property:
    return Property(type, required=False, nullable=nullable)


def links(*names: str, perhaps: tuple[str, ...] = (), nullable: bool = False) -> Property:
    """The member `links`: URLs by relation, of which some may be absent."""
    urls = {name: Property(TEXT) for name in names}
    urls |= {name: optional(TEXT, nullable=nullable) for name in perhaps}
    return Property(Object("links", urls))


def reached(name: str, types: Types) -> list[Object]:
    """The type of the name, and after it every other that its schema has to define."""
    found = {name: types[name]}
    waiting = [types[name]]
    while waiting:
        for inner in _named(waiting.pop()):
            if inner not in found:
                found[inner] = types[inner]
                waiting.append(types[inner])
    return [*found.values()]


def _named(type: Type) -> Iterator[str]:
    if isinstance(type, Named):
        yield type.name
    elif isinstance(type, Listed):
        yield from _named(type.items)
    elif isinstance(type, Object):
        for each in type.properties.values():
            if not each.ignored:
                yield from _named(each.type)


def shape_of(type: Object) -> Shape:
    """The shape that directs readers and writers of the type."""
    members = {name: _member(each.type) for name, each in type.properties.items()}
    return Shape(type.tag, members)


def _member(type: Type) -> Member:
    if isinstance(type, Value):
        return type.kind.scalar
    if isinstance(type, Listed):
        return ListOf(_member(type.items))
    return Shape(type.tag) if isinstance(type, Named) else shape_of(type)
