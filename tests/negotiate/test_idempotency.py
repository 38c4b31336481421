"""Idempotency-Key: an sf-string (RFC 9651, 4.2.5), or the token that many clients send."""

import pytest

from negotiate.idempotency import key

UUID = "8e03978e-40d5-43dd-bc93-6894a57f9324"
KEYS = {
    # id: the field value, the key
    "a string, as the draft has it": (f'"{UUID}"', UUID),
    "a bare token": (UUID, UUID),
    "white space around": (f' \t"{UUID}" ', UUID),
    "escapes": (r'"a\"b\\c"', r'a"b\c'),
    "spaces and commas within": ('"a, b"', "a, b"),
    "the longest": ('"' + "x" * 255 + '"', "x" * 255),
}
NONE = {
    "empty": "",
    "an empty string": '""',
    "too long": "x" * 256,
    "too long, quoted": '"' + "x" * 256 + '"',
    "two members": '"a", "b"',
    "two tokens": "a, b",
    "not closed": '"a',
    "an escape of something else": r'"\a"',
    "a control character": '"a\x01"',
    "not ASCII": '"ä"',
    "a byte sequence": ":YQ==:",
    "text behind": '"a"b',
}


@pytest.mark.parametrize(("field", "found"), KEYS.values(), ids=KEYS)
def test_a_key_is_read(field, found):
    assert key(field) == found


@pytest.mark.parametrize("field", NONE.values(), ids=NONE)
def test_what_is_none_is_refused(field):
    with pytest.raises(ValueError, match="should"):
        key(field)
