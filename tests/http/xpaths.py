"""`response_xpaths:` for gabbi: what the XML of an answer holds, by XPath 1.0.

Keys are expressions, in which the prefix `p` is the namespace of problems (RFC 9457, appendix B);
values are the text expected, or a regular expression between slashes. An expression that finds
anything but one element or attribute fails; `count(...)` and `boolean(...)` say how many there are.
"""

import re
from typing import Any

from gabbi.handlers.base import ResponseHandler
from lxml import etree

NAMESPACES = {"p": "urn:ietf:rfc:7807"}


class XPathHandler(ResponseHandler):
    test_key_suffix = "xpaths"
    test_key_value: dict[str, str] = {}  # noqa: RUF012  gabbi reads it from the class

    def action(self, test: Any, item: str, value: Any = None) -> None:
        path = test.replace_template(item)
        found = text(etree.fromstring(test.output.encode()), path)
        expected = test.replace_template(str(value))
        is_match = (
            re.search(expected[1:-1], found) if self.is_regex(expected) else found == expected
        )
        assert is_match, f"{path} is {found!r}, not {expected!r}, in {test.output}"


def text(root: etree._Element, path: str) -> str:
    """The text at the path. Raises AssertionError unless one thing is there."""
    found = root.xpath(path, namespaces=NAMESPACES)
    if isinstance(found, list):
        assert len(found) == 1, f"{len(found)} at {path}"
        found = getattr(found[0], "text", found[0]) or ""
    if isinstance(found, bool):
        return str(found).lower()
    return f"{found:.0f}" if isinstance(found, float) else str(found)


gabbi_response_handlers = [XPathHandler]
