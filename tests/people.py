"""Users of each role for tests, and a token of each."""

from functools import cache
from typing import Any

from sqlalchemy import insert

from models import ROLES, Database
from models.session import connection
from models.token import Holder, issue_token
from models.user import hashed, look_up, users

PASSWORD = "correct höрse battery"


@cache
def _hash() -> str:
    return hashed(PASSWORD)  # once: it takes 0.1 s


def add_people(database: Database) -> dict[str, str]:
    """A user for each role, of its name, with PASSWORD; and the token of each."""
    with database.unit(write=True):
        for role in ROLES:
            row = {"name": role, "role": role, "password": _hash()}
            connection().execute(insert(users).values(**row))
        return {role: token_of(role) for role in ROLES}


def token_of(name: str, seconds: int = 3600) -> str:
    """Another token of the user, in the unit of work in hand."""
    role, hash = look_up(name)
    return issue_token(Holder(name, role, hash), seconds)


def bearing(token: str) -> dict[str, Any]:
    return {"Authorization": f"Bearer {token}"}
