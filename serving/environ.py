"""The WSGI environ of an ASGI scope (PEP 3333): what came, whole and unchanged."""

import sys
from collections.abc import Mapping
from functools import lru_cache
from typing import IO, Any
from urllib.parse import unquote_to_bytes

_BARE = {b"content-type": "CONTENT_TYPE", b"content-length": "CONTENT_LENGTH"}
_ALWAYS = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.input_terminated": True,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}


def environ_of(scope: Mapping[str, Any], content: IO[bytes]) -> dict[str, Any]:
    """The environ of the request, whose content has arrived.

    The lines of a field are one value (RFC 9110, 5.3), so two of Host are none that is valid. A
    name with an underscore is left out: in an environ it would pass for the one with a hyphen.
    """
    host, port = scope["server"]
    environ = _ALWAYS | {
        "REQUEST_METHOD": scope["method"],
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "REMOTE_ADDR": scope["client"][0],
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": content,
    }
    for name, value in scope["headers"]:
        if b"_" not in name:
            key, text = _key(name), value.decode("latin-1").rstrip(" \t")  # RFC 9112, 5.1
            environ[key] = f"{environ[key]}, {text}" if key in environ else text
    return environ


@lru_cache(1000)
def _key(name: bytes) -> str:
    return _BARE.get(name) or f"HTTP_{name.decode('latin-1').upper().replace('-', '_')}"
