"""Lists, tokens, parameters and quoted strings of field values (RFC 9110, 5.6)."""

import re
from collections.abc import Iterator

# token         = 1*tchar                                               5.6.2
# quoted-string = DQUOTE *( qdtext / quoted-pair ) DQUOTE               5.6.4
# parameters    = *( OWS ";" OWS [ parameter ] )                        5.6.6
# parameter     = token "=" ( token / quoted-string )
TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_QUOTED = r'"(?:[\t !#-\[\]-~\x80-\uffff]|\\[\t -~\x80-\uffff])*"'
_PARAMETER = re.compile(rf"[ \t]*;[ \t]*(?:({TOKEN})=({TOKEN}|{_QUOTED}))?")
# An unclosed quote swallows the rest: one malformed member instead of many wrong ones.
_PIECE = re.compile(r'"(?:[^"\\]|\\.|\\$)*(?:"|$)|[^",]+|,', re.DOTALL)


def members(value: str) -> Iterator[str]:
    """The members of a list field, trimmed; empty ones are dropped (5.6.1.2)."""
    member: list[str] = []
    for piece in [*_PIECE.findall(value), ","]:
        if piece != ",":
            member.append(piece)
            continue
        if text := "".join(member).strip(" \t"):
            yield text
        member.clear()


def parameters(text: str) -> tuple[tuple[str, str], ...] | None:
    """The parameters in `;name=value;...`, names in lower case; None if the text is malformed."""
    found, end = [], 0
    text = text.rstrip(" \t")
    while end < len(text):
        match = _PARAMETER.match(text, end)
        if not match:
            return None
        if match[1]:
            found.append((match[1].lower(), unquote(match[2])))
        end = match.end()
    return tuple(found)


def unquote(value: str) -> str:
    """The value of a token or quoted string, its quoted pairs undone (5.6.4)."""
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value


def quote(value: str) -> str:
    """The value as a quoted string (5.6.4)."""
    return '"' + re.sub(r'(["\\])', r"\\\1", value) + '"'
