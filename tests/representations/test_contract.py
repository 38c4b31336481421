"""What holds for every representation that is registered (contract 1, 2)."""

import json
import re
from copy import deepcopy
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from negotiate.media_type import MediaType, syntax
from representations import PROBLEMS, REPRESENTATIONS
from representations.base import DEPTH, Data, ListOf, Malformed, Path, Representation, Scalar, Shape
from tests.representations.drawing import bounded, shaped, written


def name_of(representation: Representation) -> str:
    return representation.media_type


READ = [each for each in REPRESENTATIONS if each.decode]
every = pytest.mark.parametrize("representation", [*REPRESENTATIONS, *PROBLEMS], ids=name_of)
STREAMED = [each for each in REPRESENTATIONS if each.stream]
every_stream = pytest.mark.parametrize("representation", STREAMED, ids=name_of)
every_read = pytest.mark.parametrize("representation", READ, ids=name_of)

LINE = Shape("line", {"amount": Scalar.TOKEN, "note": Scalar.TEXT})
INVOICE = Shape(
    "invoice",
    {
        "id": Scalar.INTEGER,
        "paid": Scalar.BOOLEAN,
        "note": Scalar.TEXT,
        "issued_on": Scalar.TOKEN,
        "created_at": Scalar.TOKEN,
        "lines": ListOf(LINE),
        "tags": ListOf(Scalar.TEXT),
        "grid": ListOf(ListOf(Scalar.INTEGER)),
        "line": LINE,
    },
)
DATA = {
    "id": 10**18 - 1,
    "paid": False,
    "note": " a\r\nb & <c> ]]> 'd' \"e\" \U0001f600 ",
    "issued_on": date(2026, 11, 22),
    "created_at": datetime(2026, 11, 22, 7, 16, tzinfo=UTC),
    "lines": [{"amount": Decimal("19.90"), "note": None}, {}],
    "tags": ["", None, "00701"],
    "grid": [[1, None], []],
    "line": {"amount": Decimal("0.00"), "note": ""},
}
INVOICES = Shape("invoices", {"items": ListOf(INVOICE), "total": Scalar.INTEGER})
PAGE = {"items": [DATA, {"id": 1}], "total": 2}
PLAIN = DATA | {
    "issued_on": "2026-11-22",
    "created_at": "2026-11-22T07:16:00Z",
    "lines": [{"amount": "19.90", "note": None}, {}],
    "line": {"amount": "0.00", "note": ""},
}


def decoded(
    representation: Representation, content: bytes, shape: Shape, depth: int = DEPTH
) -> Data:
    assert representation.decode
    return representation.decode(content, shape, None, depth)


# Names and media types


@every
def test_a_media_type_is_one_type_in_lower_case_without_parameters(
    representation: Representation,
) -> None:
    media_type = MediaType.parse(representation.media_type)
    assert media_type is not None
    assert not media_type.is_range
    assert f"{media_type.type}/{media_type.subtype}" == representation.media_type


@every
def test_a_short_name_can_stand_in_a_query(representation: Representation) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", representation.name)


def test_no_two_have_the_same_name_or_media_type() -> None:
    names = [each.name for each in REPRESENTATIONS]
    types = [each.media_type for each in dict.fromkeys((*REPRESENTATIONS, *PROBLEMS))]
    assert (len(set(names)), len(set(types))) == (len(names), len(types))


@every
def test_xml_says_its_charset_and_others_have_none(representation: Representation) -> None:
    """RFC 7303, 3; RFC 8259, 11: JSON has no such parameter."""
    charset = {"xml": "; charset=utf-8"}.get(syntax(representation.media_type.split("/")[1]), "")
    if representation.media_type.startswith("text/"):
        charset = "; charset=utf-8"
    assert representation.content_type == representation.media_type + charset


def test_the_order_is_that_of_the_contract() -> None:  # contract 1
    table = (
        *("json", "xml", "text-xml", "typed-xml", "csv", "ndjson"),
        *("html", "msgpack"),
    )
    names = [each.name for each in REPRESENTATIONS if each.name in table]
    assert names == [name for name in table if name in names]
    assert names[0] == "json"


# Writing and reading


@every
def test_the_same_data_is_the_same_bytes_and_stays_as_it_was(
    representation: Representation,
) -> None:
    shape, whole = (INVOICES, PAGE) if representation.tabular else (INVOICE, DATA)
    data = deepcopy(whole)
    first = representation.encode(data, shape)
    assert isinstance(first, bytes)
    assert (data, list(data)) == (whole, list(whole))
    assert representation.encode(deepcopy(whole), shape) == first


@every_stream
@pytest.mark.parametrize(
    "batches",
    [[], [[]], [[DATA]], [[DATA, {"id": 1}]], [[DATA], [{"id": 1}]], [[], [DATA], [], [DATA]]],
    ids=lambda batches: "+".join(str(len(batch)) for batch in batches) or "none",
)
def test_a_stream_is_the_same_bytes_as_the_collection_at_once(
    representation: Representation, batches: list[list[Data]]
) -> None:
    rest = {"total": 3, "links": {"self": "/invoices?a=]&b=</items>"}}
    whole = {"items": [item for batch in batches for item in batch], **rest}
    assert representation.stream
    streamed = b"".join(representation.stream(batches, rest, INVOICES))
    assert streamed == representation.encode(whole, INVOICES)


@every_read
def test_a_stream_that_breaks_off_is_malformed(representation: Representation) -> None:
    if representation.stream is None:
        pytest.skip("does not stream")
    pieces = [*representation.stream([[DATA], [DATA]], {"total": 2}, INVOICES)]
    assert len(pieces) == 4
    assert decoded(representation, b"".join(pieces), INVOICES)
    for length in range(len(pieces)):
        with pytest.raises(Malformed):
            decoded(representation, b"".join(pieces[:length]), INVOICES)


@every_read
def test_an_example_is_read_as_it_was_written(representation: Representation) -> None:
    """Times, dates and money are the same text in every format (contract 2.5)."""
    content = representation.encode(DATA, INVOICE)
    assert written(decoded(representation, content, INVOICE)) == written(PLAIN)


@every_read
@bounded
@given(drawn=shaped())
@example(drawn=(Shape("r", {"key": Scalar.TEXT, "a b": Scalar.TEXT}), {"key": "1", "a b": "2"}))
def test_what_is_written_is_read_as_the_same_data(
    representation: Representation, drawn: tuple[Shape, Data]
) -> None:
    """JSON, as the standard library reads it, says which text a time, a date or money is."""
    shape, data = drawn
    before = deepcopy(data)
    content = representation.encode(data, shape)
    plain = json.loads(REPRESENTATIONS[0].encode(data, shape))
    found = decoded(representation, content, shape)
    assert written(found) == written(plain)
    assert data == before
    assert representation.encode(before, shape) == content
    assert representation.encode(found, shape) == representation.encode(plain, shape)


# What cannot be read


@every_read
@pytest.mark.parametrize("content", [b"", b"garbage", b"\xc1\xc1", b"{]", b"<a></b>", b"\xff" * 9])
def test_garbage_is_malformed(representation: Representation, content: bytes) -> None:
    with pytest.raises(Malformed):
        decoded(representation, content, INVOICE)


@every_read
def test_a_document_that_ends_early_is_malformed(representation: Representation) -> None:
    content = representation.encode(DATA, INVOICE)
    for length in range(len(content)):
        with pytest.raises(Malformed):
            decoded(representation, content[:length], INVOICE)


@every_read
def test_a_second_document_behind_the_first_is_malformed(representation: Representation) -> None:
    content = representation.encode(DATA, INVOICE)
    with pytest.raises(Malformed):
        decoded(representation, content + content, INVOICE)


@every_read
@bounded
@given(st.data())
def test_any_bytes_are_data_or_malformed(representation: Representation, data: Any) -> None:
    valid = representation.encode(DATA, INVOICE)
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(valid))] * 2)))
    content = data.draw(st.sampled_from([valid[:start] + valid[end:], valid[:start], b""]))
    place = data.draw(st.integers(0, len(content)))
    content = content[:place] + data.draw(st.binary(max_size=20)) + content[place:]
    try:
        found = decoded(representation, content, INVOICE)
    except Malformed as error:
        found = str(error)
        assert found
    assert isinstance(found, dict | list | str | int | float | bytes | Decimal | None)


def nested(levels: int) -> tuple[Shape, Data]:
    shape, data = Shape("r"), {}
    for _ in range(levels - 1):
        shape, data = Shape("r", {"a": shape}), {"a": data}
    return shape, data


@every_read
@pytest.mark.parametrize("depth", [1, 3, DEPTH])
def test_so_many_levels_are_read_and_no_more(representation: Representation, depth: int) -> None:
    shape, data = nested(depth)
    assert decoded(representation, representation.encode(data, shape), shape, depth) == data
    shape, data = nested(depth + 1)
    with pytest.raises(Malformed):
        decoded(representation, representation.encode(data, shape), shape, depth)


def test_there_are_64_levels() -> None:  # contract 1
    assert DEPTH == 64


# Pointers


class Place(NamedTuple):
    """A path, and data in which it leads to the text `here`, which stands there alone."""

    path: Path
    data: dict[str, Any]

    def __str__(self) -> str:
        return repr(self.path)


MEMBERS: dict[str, Any] = dict.fromkeys(
    ["a", "key", "a b", "1st", "", "@id", "a/b", "~1", 'x"y', "x\"y'z", "a:b", "%{}"], Scalar.TEXT
)
POINTED = Shape(
    "r",
    MEMBERS
    | {
        "texts": ListOf(Scalar.TEXT),
        "lines": ListOf(LINE),
        "lists": ListOf(ListOf(Scalar.TEXT)),
        "line": LINE,
    },
)


@every_read
@pytest.mark.parametrize(
    "place",
    [
        *(Place([name], {each: "" for each in MEMBERS} | {name: "here"}) for name in MEMBERS),
        Place(["line", "note"], {"line": {"amount": "", "note": "here"}}),
        Place(["texts", 0], {"texts": ["here", ""]}),
        Place(["texts", 10], {"texts": [""] * 10 + ["here", ""]}),
        Place(["lines", 1, "note"], {"lines": [{"note": ""}, {"note": "here"}]}),
        Place(["lists", 1, 0], {"lists": [["", ""], ["here", ""]]}),
    ],
    ids=str,
)
def test_a_pointer_leads_to_one_place(representation: Representation, place: Place) -> None:
    """JSON Pointer for JSON, an XPath for XML (contract 4)."""
    pointer = representation.pointer(place.path, POINTED)
    content = representation.encode(place.data, POINTED)
    if syntax(representation.media_type.split("/")[1]) == "xml":
        found = [element.text for element in etree.fromstring(content).xpath(pointer)]
    else:
        found = [resolved(place.data, pointer)]
    assert found == ["here"]


def resolved(data: Data, pointer: str) -> Data:
    """What a JSON Pointer leads to (RFC 6901, 4)."""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        data = data[int(name)] if isinstance(data, list) else data[name]
    return data


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ([], ""),  # RFC 6901, 5: the whole document
        ([""], "/"),
        (["a", 0, "b c"], "/a/0/b c"),
        (["a/b"], "/a~1b"),
        (["m~n"], "/m~0n"),
        (["~1/"], "/~01~1"),
    ],
)
def test_json_pointers(path: Path, expected: str) -> None:
    assert REPRESENTATIONS[0].pointer(path, INVOICE) == expected
