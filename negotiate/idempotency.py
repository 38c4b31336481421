"""The key by which a client tells that a request is the one that it sent before
(draft-ietf-httpapi-idempotency-key-header)."""

import re

from negotiate.fields import TOKEN

# Idempotency-Key = sf-string                                         2.1 of the draft
# sf-string = DQUOTE *( unescaped / "%" / bs-escaped ) DQUOTE         RFC 9651, 4.2.5
_STRING = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
_BARE = re.compile(TOKEN)  # what many clients send, and what no string is
FIELD = f"^({_STRING.pattern}|{_BARE.pattern})$"  # what a field value is
LONGEST = 255  # characters


def key(field: str) -> str:
    """The key in the field. Raises ValueError for what is none, is empty or too long."""
    text = field.strip(" \t")
    if string := _STRING.fullmatch(text):
        found = re.sub(r"\\(.)", r"\1", string[1])
    elif _BARE.fullmatch(text):
        found = text
    else:
        raise ValueError("should be a string such as " + '"8e03978e-40d5-43dd-bc93-6894a57f9324"')
    if not 1 <= len(found) <= LONGEST:
        raise ValueError(f"should have 1 to {LONGEST} characters")
    return found
