"""Problems in JSON and XML (RFC 9457)."""

import json

import pytest
from lxml import etree

from negotiate.problem import KINDS, Problem
from representations import PROBLEM_JSON, PROBLEM_XML
from representations.base import Shape

SHAPE = Shape("problem")
CREDIT = {
    "type": "https://example.com/probs/out-of-credit",
    "title": "You do not have enough credit.",
    "detail": "Your current balance is 30, but that costs 50.",
    "instance": "https://example.net/account/12345/msgs/abc",
    "balance": 30,
    "accounts": ["https://example.net/account/12345", "https://example.net/account/67890"],
}
# RFC 9457, appendix B: the example
CREDIT_XML = """<?xml version="1.0" encoding="UTF-8"?>
<problem xmlns="urn:ietf:rfc:7807">
  <type>https://example.com/probs/out-of-credit</type>
  <title>You do not have enough credit.</title>
  <detail>Your current balance is 30, but that costs 50.</detail>
  <instance>https://example.net/account/12345/msgs/abc</instance>
  <balance>30</balance>
  <accounts>
    <i>https://example.net/account/12345</i>
    <i>https://example.net/account/67890</i>
  </accounts>
</problem>"""


def canonical(document: bytes) -> bytes:
    parser = etree.XMLParser(remove_blank_text=True)
    return etree.tostring(etree.fromstring(document, parser), method="c14n")


def test_the_example_of_the_rfc_in_xml() -> None:
    written = PROBLEM_XML.encode(CREDIT, SHAPE)
    assert written.startswith(b'<?xml version="1.0" encoding="UTF-8"')
    assert canonical(written) == canonical(CREDIT_XML.encode())


def test_the_example_of_the_rfc_in_json() -> None:
    assert json.loads(PROBLEM_JSON.encode(CREDIT, SHAPE)) == CREDIT


def test_errors_are_objects_in_a_list() -> None:  # 9457, B: array members as <i>
    errors = [{"pointer": '/customer/key[@name="a"]', "detail": "<&\r"}]
    data = Problem("invalid", "1 error", errors).to_dict("/problems/", "/customers")
    root = etree.fromstring(PROBLEM_XML.encode(data, SHAPE))
    found = root.xpath("/p:problem/p:errors/p:i/*/text()", namespaces={"p": "urn:ietf:rfc:7807"})
    assert found == ['/customer/key[@name="a"]', "<&\r"]


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_is_the_same_in_both(name: str) -> None:
    data = Problem(name, "a < b & 'c'").to_dict("/problems/", "/a?b=c&d")
    root = etree.fromstring(PROBLEM_XML.encode(data, SHAPE))
    texts = {etree.QName(child).localname: child.text for child in root}
    assert {name: str(value) for name, value in data.items()} == texts
    assert json.loads(PROBLEM_JSON.encode(data, SHAPE)) == data


@pytest.mark.parametrize(
    ("problem", "media_type"),
    [(PROBLEM_JSON, "application/problem+json"), (PROBLEM_XML, "application/problem+xml")],
)
def test_problems_are_written_and_not_read(problem, media_type: str) -> None:  # 9457, 3, B
    assert problem.media_type == media_type
    assert problem.decode is None
