"""Tokens, which expire, and keys, which do not: random text, of which only a digest is kept.

Everything here happens in the unit of work in hand.
"""

from hashlib import sha256
from secrets import token_urlsafe
from time import time
from typing import NamedTuple

from sqlalchemy import BigInteger, Column, ForeignKey, Table, delete, insert, or_, select

from models.base import Model
from models.errors import Conflict, Invalid, NotFound
from models.reading import Data
from models.session import connection
from models.types import CodePoints
from models.user import ROLES, set_password, users

tokens = Table(
    "tokens",
    Model.metadata,
    Column("digest", CodePoints(64), primary_key=True),
    Column(
        "owner",
        CodePoints(64),
        ForeignKey("users.name", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("role", CodePoints(16), nullable=False),
    Column("label", CodePoints(200), nullable=False),
    Column("created", BigInteger, nullable=False),  # seconds since 1970
    Column("expires", BigInteger, index=True),  # None: a key
)
_SHOWN = 12  # characters of a digest that name a key


class Holder(NamedTuple):
    """Who holds a token, or knows a password. proof: its digest or hash, as it is kept."""

    name: str
    role: str
    proof: str


def digest_of(token: str) -> str:
    """What is kept of a token. It is random, so no salt and no slow hash make it any safer."""
    return sha256(token.encode()).hexdigest()


def issue_token(holder: Holder, seconds: int) -> str:
    """A token for who gave a password. Raises Conflict if that is no longer the password."""
    now, c = int(time()), users.c
    mine = select(c.name).where(c.name == holder.name, c.password == holder.proof)
    if connection().scalar(mine.with_for_update()) is None:
        raise Conflict("the password was changed at the same time")
    connection().execute(delete(tokens).where(tokens.c.expires <= now))
    return _add(holder.name, holder.role, "", now, now + seconds)


def issue_key(name: str, role: str | None, label: str) -> str:
    """A key that does not expire, with the role or a lower one. Raises NotFound and Invalid."""
    own = connection().scalar(select(users.c.role).where(users.c.name == name))
    if own is None:
        raise NotFound(f"there is no user {name!r}")
    if lower(own, role or own) != (role or own):
        raise Invalid(f"{name} is {own}, and can have no key that is more")
    if len(label) > 200:
        raise Invalid("a label has at most 200 characters")
    return _add(name, role or own, label, int(time()), None)


def list_keys() -> list[Data]:
    """The id, owner, role, label and time of each key."""
    c = tokens.c
    keys = select(c.digest, c.owner, c.role, c.label, c.created).where(c.expires.is_(None))
    found = connection().execute(keys.order_by(c.owner, c.created)).mappings()
    return [{"id": row["digest"][:_SHOWN], **row} for row in found]


def remove_key(id: str) -> None:
    """Raises NotFound."""
    c = tokens.c
    keys = connection().scalars(select(c.digest).where(c.expires.is_(None)))
    mine = [digest for digest in keys if digest[:_SHOWN] == id]
    if not mine:
        raise NotFound(f"there is no key {id!r}")
    revoke(mine[0])


def revoke(digest: str) -> None:
    """From now on it is worth nothing, in any process."""
    connection().execute(delete(tokens).where(tokens.c.digest == digest))


def change_password(name: str, password: str) -> None:
    """And revokes every token and key of the user. Raises NotFound and Invalid."""
    set_password(name, password)
    connection().execute(delete(tokens).where(tokens.c.owner == name))


def find_token(digest: str) -> tuple[Holder, int | None] | None:
    """Who holds the token, and when it expires; None if there is no such, or no more."""
    of_owner = select(tokens.c.owner, tokens.c.role, tokens.c.expires, users.c.role.label("own"))
    mine = of_owner.join(users).where(
        tokens.c.digest == digest, or_(tokens.c.expires.is_(None), tokens.c.expires > int(time()))
    )
    row = connection().execute(mine).first()
    return (Holder(row.owner, lower(row.own, row.role), digest), row.expires) if row else None


def lower(one: str, other: str) -> str:
    """The role of the two that may do less."""
    return min(one, other, key=ROLES.index)


def _add(owner: str, role: str, label: str, created: int, expires: int | None) -> str:
    token = token_urlsafe(32)
    row = {"owner": owner, "role": role, "label": label, "created": created, "expires": expires}
    connection().execute(insert(tokens).values(digest=digest_of(token), **row))
    return token
