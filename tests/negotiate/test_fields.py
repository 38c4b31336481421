"""Lists, parameters and quoted strings of field values (RFC 9110, 5.6)."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.fields import TOKEN, members, parameters, quote, unquote


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", []),
        (" \t ", []),
        ("foo , ,bar,charlie", ["foo", "bar", "charlie"]),  # 5.6.1.2, its example
        ("foo ,bar,", ["foo", "bar"]),  # 5.6.1.2, its example
        (",", []),  # 5.6.1.2, its example
        (",   ,", []),  # 5.6.1.2, its example
        ("\ta\t,\tb\t", ["a", "b"]),  # 5.6.3
        ("a b , c", ["a b", "c"]),
        ('a="b,c", d', ['a="b,c"', "d"]),  # 5.6.4
        (r'"a\",b", c', [r'"a\",b"', "c"]),  # 5.6.4
        (r'"a\\",b', [r'"a\\"', "b"]),  # 5.6.4
        (r"a\,b", ["a\\", "b"]),  # a backslash means nothing outside quotes
        (r"a\",b", [r"a\",b"]),  # nor does it close the quote that it stands before
        ('"a,b', ['"a,b']),  # an open quote takes the rest
        ('"a,b\\', ['"a,b\\']),
        ('x"a,b"y"c,d"z,e', ['x"a,b"y"c,d"z', "e"]),
        ('"a\n,b",c', ['"a\n,b"', "c"]),
        ('"é,", b', ['"é,"', "b"]),  # obs-text
    ],
)
def test_members_of_a_list(value: str, expected: list[str]) -> None:
    assert list(members(value)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        (";", ()),
        (" ; ;; ", ()),
        (";a=b", (("a", "b"),)),
        (" \t;\ta=b\t", (("a", "b"),)),
        (";Charset=UTF-8", (("charset", "UTF-8"),)),  # names without case, values with it
        (";a=b;c=d;a=e", (("a", "b"), ("c", "d"), ("a", "e"))),
        (';a=""', (("a", ""),)),
        (r';a="b;c=\"d\\\e"', (("a", r'b;c="d\e'),)),  # 5.6.4 quoted pairs
        (';a="é"', (("a", "é"),)),
        (';a="b\tc"', (("a", "b\tc"),)),
    ],
)
def test_parameters_in_their_order(text: str, expected: tuple[tuple[str, str], ...]) -> None:
    assert parameters(text) == expected  # 5.6.6


@pytest.mark.parametrize(
    "text",
    [
        *("a", "a=b", ";a", ";a=", ";=b", "; a = b", ";a= b", ";a =b", ";a=b c=d", ";a=b,c=d"),
        *(';a="b', r';a="b\"', ';a="b"c', ';a="b"d="e"', ';a="\x00"', ';a="\x7f"', ';a="b\n"'),
        *(";a=b\n", ";é=b"),
    ],
)
def test_malformed_parameters_are_none(text: str) -> None:
    assert parameters(text) is None  # 5.6.6; 5.6.4


@pytest.mark.parametrize(
    ("value", "expected"),
    [("a", "a"), ('"a"', "a"), ('""', ""), (r'"\""', '"'), (r'"\\"', "\\"), (r'"\a\\b"', r"a\b")],
)
def test_unquote_undoes_quoted_pairs(value: str, expected: str) -> None:
    assert unquote(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("", '""'), ("a b", '"a b"'), ('"', r'"\""'), ("\\", r'"\\"'), (r"\"", r'"\\\""')],
)
def test_quote_escapes_what_would_end_the_string(value: str, expected: str) -> None:
    assert quote(value) == expected


FIELD_TEXT = st.text(st.sampled_from('ab ,;="\\\té'))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(FIELD_TEXT))
def test_what_was_quoted_is_one_member_and_read_back_the_same(values: list[str]) -> None:
    found = list(members(", ".join(f"a;b={quote(value)}" for value in values)))
    assert [parameters(member[1:]) for member in found] == [(("b", value),) for value in values]


@pytest.mark.parametrize("code", range(128))
def test_the_characters_of_a_token(code: int) -> None:  # 5.6.2
    character = chr(code)
    expected = character.isalnum() or character in "!#$%&'*+-.^_`|~"
    assert bool(re.fullmatch(TOKEN, character)) == expected
