"""What a request may be before anything is made of it: its Host, its target, the lists in it."""

import re
from collections.abc import MutableMapping
from typing import Any

from exchange.settings import Settings
from negotiate.problem import Problem

# Host = uri-host [ ":" port ], not empty where the scheme is http (4.2.1, 7.2; RFC 3986, 3.2.2).
# A comma may stand in a name, but is how two fields arrive.
_NAME = r"(?:[A-Za-z0-9\-._~!$&'()*+;=]|%[0-9A-Fa-f]{2})+"
_HOST = re.compile(rf"(?:{_NAME}|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?")
_LISTS = {  # by their names in the environ; those that are taken apart member by member
    f"HTTP_{name.upper().replace('-', '_')}": name
    for name in (
        *("Accept", "Accept-Encoding", "If-Match", "If-None-Match", "Cache-Control", "Pragma"),
        *("Prefer", "Content-Encoding", "X-Forwarded-For"),
    )
}

Environ = MutableMapping[str, Any]


def check(environ: Environ, settings: Settings) -> None:
    """Raises Problem: 400 for a Host that is none or a query of too many parameters, 414, 431."""
    _check_host(environ)
    _check_target(environ, settings)
    for key, name in _LISTS.items():
        if (value := environ.get(key)) and value.count(",") >= settings.max_members:
            del environ[key]  # nor is it asked in what format it is refused
            raise Problem("fields-too-large", f"{name} has at most {settings.max_members} members")


def _check_host(environ: Environ) -> None:
    """RFC 9112, 3.2: HTTP/1.1 has one, and it is valid; where it is not, no other reader of the
    request can be trusted to have read the same."""
    host = environ.get("HTTP_HOST")
    if host is None and environ["SERVER_PROTOCOL"] != "HTTP/1.1":
        return
    if host is None or not _HOST.fullmatch(host):
        raise Problem("malformed", "Host: it is missing, doubled, or no host and port")


def _check_target(environ: Environ, settings: Settings) -> None:
    query = environ.get("QUERY_STRING", "")
    for part, what, most in (
        (environ["PATH_INFO"], "path", settings.max_path),
        (query, "query", settings.max_query),
    ):
        if len(part) > most:
            raise Problem("uri-too-long", f"a {what} has at most {most} bytes")
    if query.count("&") >= settings.max_parameters:
        raise Problem("malformed", f"a query has at most {settings.max_parameters} parameters")
