"""The fields that tell a browser to make nothing of an answer but what it is (Fetch, CSP 3)."""

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# A page may load its own style, script and icon from here, and pictures and movies that are shown
# on it (its script gets those that need a token), and send what is written here.
_PAGES = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "media-src 'self' blob:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
OF_PAGES = {"Content-Security-Policy": _PAGES}
# Swagger UI has its icons in its style.
OF_DOCS = {
    "Content-Security-Policy": _PAGES.replace("img-src 'self' blob:", "img-src 'self' data:")
}
_YEAR = 365 * 24 * 3600  # seconds


def security_fields(origin: str) -> dict[str, str]:
    """The fields of every answer. Only where the public origin is of https does it promise to stay
    so (RFC 6797, 7.2: a browser ignores it on http)."""
    secure = origin.startswith("https://")
    return _ALWAYS | ({"Strict-Transport-Security": f"max-age={_YEAR}"} if secure else {})
