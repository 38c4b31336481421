"""Whose a token or a password is: asked at the door, before any unit of work is in hand."""

from time import time

from models.attempts import count_attempt, forgive_attempt
from models.database import Database
from models.errors import Conflict
from models.token import Holder, digest_of, find_token, tokens
from models.user import look_up, matches, users

_TABLES = (tokens.name, users.name)
_MOST = 1000  # tokens that a process remembers


class Accounts:
    """The users of a database. Every method raises Busy when that does not answer.

    On the embedded database a process remembers whose a token is, together with the generation of
    the tables that say so: it forgets at once what anybody revokes, in whatever process. Elsewhere
    the generation would be a query, as is the token itself: nothing is remembered.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._remembers = database.engine.dialect.name == "sqlite"
        self._known: dict[str, tuple[str, Holder, int | None]] = {}

    def of_token(self, token: str) -> Holder | None:
        """Who holds the token; None if it was never issued, is revoked or has expired."""
        digest = digest_of(token)
        generation = self._database.generation_of(_TABLES) if self._remembers else None
        known = self._known.get(digest)
        if known is None or generation is None or known[0] != generation:
            return self._look(digest, generation)
        _, holder, expires = known
        return holder if expires is None or expires > time() else None

    def of_password(self, name: str, password: str) -> Holder | None:
        """The user with the password. Takes as long where there is no such user."""
        with self._database.unit(write=False):
            found = look_up(name)
        role, hash = found or ("", None)
        return Holder(name, role, hash) if matches(hash, password) and hash else None

    def attempt(self, keys: list[str], most: int, seconds: int) -> int:
        """0, and one more attempt to log in is counted for each key; or the seconds to wait, if one
        of them has had so many in so many seconds. It holds over all processes."""
        try:
            return self._attempt(keys, most, seconds)
        except Conflict:  # another process was the first to count for the key
            return self._attempt(keys, most, seconds)

    def forgive(self, keys: list[str]) -> None:
        """The attempt was a success, and does not count."""
        with self._database.unit(write=True):
            forgive_attempt(keys)

    def _attempt(self, keys: list[str], most: int, seconds: int) -> int:
        with self._database.unit(write=True):
            return count_attempt(keys, most, seconds)

    def _look(self, digest: str, generation: str | None) -> Holder | None:
        with self._database.unit(write=False):
            found = find_token(digest)
        if found and generation:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[digest] = (generation, *found)
        return found[0] if found else None
