"""What holds for every request and answer, whatever road they take inside."""

import string
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from exchange.cors import Sharing
from exchange.limits import STANDING
from exchange.settings import Settings
from negotiate import forwarded
from negotiate.security import security_fields

Environ = dict[str, Any]
Start = Callable[..., Any]


class Edge:
    """The edge of an application, by its settings."""

    def __init__(self, settings: Settings) -> None:
        self._proxies = forwarded.networks(settings.trusted_proxies)
        self._security = [*security_fields(settings.public_url).items()]
        self._sharing = Sharing(settings)

    def arrive(self, environ: Environ) -> None:
        """Makes the query the ASCII that a URI has (RFC 3986, 2.1): WSGI servers differ in what
        they let through. Puts the client in the place of a trusted proxy: its address and its
        scheme; nothing else believes what a request says of where it came from."""
        environ.pop("HTTP_UPGRADE", None)  # for websocket Werkzeug would seek other routes (7.8)
        query = environ.get("QUERY_STRING", "")
        if not query.isascii():
            environ["QUERY_STRING"] = quote(query, string.printable, "latin-1")
        peer = environ.get("REMOTE_ADDR", "")
        if not self._proxies or not forwarded.is_trusted(peer, self._proxies):
            return
        chain = environ.get("HTTP_X_FORWARDED_FOR")
        environ["REMOTE_ADDR"] = forwarded.client(peer, chain, self._proxies)
        said, direct = environ.get("HTTP_X_FORWARDED_PROTO"), environ["wsgi.url_scheme"]
        environ["wsgi.url_scheme"] = forwarded.scheme(said, direct)

    def leaving(self, environ: Environ, start_response: Start) -> Start:
        """`start_response`, with the fields of every answer; those that it has already stay."""

        def start(status: str, fields: list[tuple[str, str]], exc_info: Any = None) -> Any:
            told = {name for name, _ in fields}
            more = [each for each in self._security if each[0] not in told]
            more += environ.get(STANDING, {}).items()
            return start_response(status, [*self._sharing.add(environ, fields), *more], exc_info)

        return start
