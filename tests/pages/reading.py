"""Pages, read by a parser of the tests' own choice: html5lib, which lxml then searches."""

import html5lib
from lxml import etree

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


def parsed(content: bytes) -> etree._Element:
    """The page. Raises html5lib's ParseError for what is no valid HTML."""
    parser = html5lib.HTMLParser(
        html5lib.getTreeBuilder("lxml"), strict=True, namespaceHTMLElements=False
    )
    return parser.parse(content.decode()).getroot()


def page(client, path: str, status: int = 200, **fields: str) -> etree._Element:
    """What a browser is shown at the path."""
    answer = client.get(path, headers={"Accept": BROWSER, **fields})
    assert (answer.status_code, answer.content_type) == (status, "text/html; charset=utf-8")
    return parsed(answer.data)


def text(element: etree._Element) -> str:
    return " ".join("".join(element.itertext()).split())


def one(root: etree._Element, path: str) -> etree._Element:
    """The one element at the path."""
    (found,) = root.xpath(path)
    return found
