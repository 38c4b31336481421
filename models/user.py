"""Users: a name, a role, and a password of which only the argon2 hash is kept.

Everything here happens in the unit of work in hand.
"""

import re
from functools import cache
from secrets import token_urlsafe
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import Column, Table, delete, insert, select, update

from models.base import Model
from models.errors import Invalid, NotFound
from models.reading import Data
from models.session import connection
from models.types import CodePoints

ROLES = ("reader", "writer", "admin")  # each may do what those before it may
SHORTEST, LONGEST = 8, 1000  # characters of a password
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_HASHER = PasswordHasher()

users = Table(
    "users",
    Model.metadata,
    Column("name", CodePoints(64), primary_key=True),
    Column("role", CodePoints(16), nullable=False),
    Column("password", CodePoints(200), nullable=False),
)


def add_user(name: str, role: str, password: str) -> None:
    """Raises Invalid; Conflict, from the unit of work, for a name that there is."""
    if not _NAME.fullmatch(name):
        raise Invalid("a name has 1 to 64 of A-Z a-z 0-9 . _ @ -, and begins with one of the first")
    if role not in ROLES:
        raise Invalid(f"a role is one of {', '.join(ROLES)}")
    connection().execute(insert(users).values(name=name, role=role, password=hashed(password)))


def list_users() -> list[Data]:
    """The name and role of each."""
    found = connection().execute(select(users.c.name, users.c.role).order_by(users.c.name))
    return [dict(row) for row in found.mappings()]


def remove_user(name: str) -> None:
    """And every token and key. Raises NotFound."""
    _found(connection().execute(delete(users).where(users.c.name == name)), name)


def set_password(name: str, password: str) -> None:
    """Raises NotFound and Invalid."""
    changed = update(users).where(users.c.name == name).values(password=hashed(password))
    _found(connection().execute(changed), name)


def look_up(name: str) -> tuple[str, str] | None:
    """The role and the hash of the user; None if there is none."""
    if not _NAME.fullmatch(name):  # nor can there be: not every database takes every text
        return None
    found = connection().execute(select(users.c.role, users.c.password).where(users.c.name == name))
    row = found.first()
    return (row.role, row.password) if row else None


def hashed(password: str) -> str:
    """Raises Invalid for a password that is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid(f"a password has {SHORTEST} to {LONGEST} characters")
    return _HASHER.hash(password)


def matches(hash: str | None, password: str) -> bool:
    """Whether the password is that of the hash. Takes as long for no hash: 0.1 s and 64 MiB."""
    nobodys = _nobodys()
    try:
        return _HASHER.verify(hash or nobodys, password) and hash is not None
    except VerificationError:
        return False


@cache
def _nobodys() -> str:
    return _HASHER.hash(token_urlsafe(32))


def _found(done: Any, name: str) -> None:
    if not done.rowcount:
        raise NotFound(f"there is no user {name!r}")
