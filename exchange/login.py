"""Log-ins: a name and a password by Basic (RFC 7617), slow and few.

Slow: a hash of 0.1 seconds and 64 MiB, so only COMPUTING of them at once in a process. Few: so many
failures of an address, and so many for a user, whether there is one or not.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from ipaddress import ip_network
from threading import Semaphore
from typing import Any

from flask import request
from flask_httpauth import HTTPAuth, HTTPBasicAuth

from exchange.settings import Settings
from negotiate.problem import Problem

COMPUTING = 2
RETRY_AFTER = "1"  # seconds
_CHALLENGE = {"WWW-Authenticate": 'Basic realm="Parley", charset="UTF-8"'}


class _Basic(HTTPBasicAuth):  # type: ignore[misc]
    get_auth = HTTPAuth.get_auth  # HTTPBasicAuth's own takes any scheme for Basic


basic = _Basic()


class Logins:
    """accounts: know whose a password is, and count attempts. threads - 2 requests at most are here
    at once: the others go on answering."""

    def __init__(self, accounts: Any, settings: Settings) -> None:
        self._accounts = accounts
        self._most, self._seconds = settings.max_failed_logins, settings.failed_login_seconds
        self._places = Semaphore(settings.threads - 2)
        self._computing = Semaphore(COMPUTING)

    def check(self) -> Any:
        """Who the name and password of the request belong to. Raises Problem: 401, which is the
        same whether there is such a user or not; 429 after too many failures; 503 without a place.
        """
        given = basic.get_auth()
        if given is None or given.username is None:
            raise Problem("unauthorized", "this needs a name and a password", fields=_CHALLENGE)
        with self._place():
            return self._checked(given.username, given.password)

    def _checked(self, name: str, password: str) -> Any:
        keys = [_key("user", name), _key("address", _network(request.remote_addr))]
        if wait := self._accounts.attempt(keys, self._most, self._seconds):
            detail = "too many log-ins have failed, for this user or from this address"
            raise Problem("too-many-requests", detail, fields={"Retry-After": str(wait)})
        with self._computing:
            holder = self._accounts.of_password(name, password)
        if holder is None:
            detail = "there is no such user, or another password"
            raise Problem("unauthorized", detail, fields=_CHALLENGE)
        self._accounts.forgive(keys)
        return holder

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            fields = {"Retry-After": RETRY_AFTER}
            raise Problem("unavailable", "as many log in as can at once", fields=fields)
        try:
            yield
        finally:
            self._places.release()


def _key(kind: str, text: str) -> str:
    return sha256(f"{kind} {text}".encode()).hexdigest()  # of one length, whatever was sent


def _network(address: str | None) -> str:
    """The address; of IPv6, the /64 that one client has."""
    if not address or ":" not in address:
        return address or ""
    return str(ip_network(f"{address.partition('%')[0]}/64", strict=False))
