"""The door: who asks, and may they (RFC 9110, 11; RFC 6750).

It stands behind routing and the selection of a representation, before cache, preconditions and
content. What a resource needs is declared in one table, of which this only knows the words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import current_app, g, request
from flask_httpauth import HTTPTokenAuth

from exchange.login import Logins
from exchange.settings import Settings
from exchange.state import Exchange
from negotiate.cache_control import Policy
from negotiate.problem import Problem

ANYONE, PASSWORD, TOKEN = "anyone", "password", "token"  # what a resource may need but a role
_CHALLENGE = 'Bearer realm="Parley"'


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. proof: what showed it, as it is kept: digest of a token, or hash of a password."""

    name: str
    role: str
    proof: str = field(repr=False)


class Access:
    """Who may do what.

    accounts: know whose a token or a password is. needs: by resource (the name of its blueprint)
    and method, what that needs: the least of the roles, a token of any role, a password, or nothing
    ("anyone"); what does not stand there needs the highest role. roles: from the lowest.
    """

    def __init__(
        self,
        accounts: Any,
        needs: Mapping[str, Mapping[str, str]],
        roles: Sequence[str],
        settings: Settings,
    ) -> None:
        self._accounts, self.needs = accounts, dict(needs)
        self._logins = Logins(accounts, settings)
        self._rank = {name: rank for rank, name in enumerate((TOKEN, *roles))}
        self._highest = roles[-1]
        opened = {"reader": settings.open_reads, "writer": settings.open_writes}
        self._open = {need for need, is_open in opened.items() if is_open}

    def identify(self) -> Principal | None:
        """Whose token the request has; None without one that is good."""
        if "HTTP_AUTHORIZATION" not in request.environ:
            return None
        holder = bearer.authenticate(bearer.get_auth(), None)
        return Principal(*holder) if holder else None

    def admit(self, resource: str, method: str, principal: Principal | None) -> Principal | None:
        """Who may ask: whose token the request has, or whose password where one is needed; None for
        somebody without credentials where none are needed.

        Raises Problem: 401 for bad credentials, also where none are needed, and for none where some
        are; 403 for a role that may not; 429 and 503 for too many who log in.
        """
        need = self.need(resource, method)
        if need == ANYONE:
            return None
        if need == PASSWORD:
            return Principal(*self._logins.check())
        if not request.environ.get("HTTP_AUTHORIZATION", "").strip():
            if not self.is_open(need):
                raise unauthorized()
            return None
        if principal is None:
            raise unauthorized("the token is not good, or no more", ', error="invalid_token"')
        if self._rank[principal.role] < self._rank[need]:
            raise Problem("forbidden", f"{method} needs the role {need}; {principal.role} is less")
        return principal

    def need(self, resource: str, method: str) -> str:
        """What the resource needs for the method: a word of `needs`."""
        needs = self.needs.get(resource, {})
        return needs.get("GET" if method == "HEAD" else method, self._highest)

    def is_open(self, need: str) -> bool:
        """Whether everybody may do what needs the role."""
        return need in self._open

    def verified(self, token: str) -> Any:
        return self._accounts.of_token(token) if token else None


bearer = HTTPTokenAuth("Bearer")  # the scheme in any case (RFC 9110, 11.1)


@bearer.verify_token
def _verified(token: str | None) -> Any:
    return current_app.access.verified(token)


def unauthorized(detail: str = "this needs a token", error: str = "") -> Problem:
    """A 401, with the challenge that it must have (11.6.1)."""
    return Problem("unauthorized", detail, fields={"WWW-Authenticate": _CHALLENGE + error})


def policy_of(exchange: Exchange) -> Policy:
    """What caches are told. What needs credentials is for no shared cache, whatever the resource
    would tell it (RFC 9111, 3.5, 5.2.2.7)."""
    policy = exchange.traits.policy
    if current_app.settings.open_reads or g.get("principal") is None:
        return policy
    return policy.for_one


def holder_of(exchange: Exchange) -> str:
    """For whom alone something is kept: the name; nobody's for what any cache may keep."""
    principal = g.get("principal")
    return principal.name if principal and not policy_of(exchange).public else ""
