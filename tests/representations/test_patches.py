"""The patch formats by themselves (RFC 7396, 6902, 5261 with 7351)."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import representations.patch
from representations import PATCHES, XML
from representations.base import ListOf, Malformed, Scalar, Shape
from representations.json_patch import JSON_PATCH
from representations.merge_patch import MERGE_PATCH, merged
from representations.patch import Bounds, Inapplicable, Patch, Unprocessable
from representations.xml_patch import XML_PATCH
from tests.conftest import DATA
from tests.representations.drawing import bounded

BOUNDS = Bounds(depth=64, operations=1000, size=2**20)
ITEM = Shape("item", {"n": Scalar.INTEGER})
SHAPE = Shape(
    "row",
    {
        "id": Scalar.INTEGER,
        "first": Scalar.TEXT,
        "phone": Scalar.TEXT,
        "items": ListOf(ITEM),
        "links": Shape("links"),
    },
)
ROW = {"id": 1, "first": "a", "phone": None, "items": [{"n": 1}, {"n": 2}], "links": {}}


def applied(patch: Patch, content: str, data: Any = ROW, bounds: Bounds = BOUNDS) -> Any:
    before = deepcopy(data)
    try:
        return patch.apply(content.encode(), data, SHAPE, None, bounds)
    finally:
        assert data == before, "the data was changed in place"


def test_the_media_types() -> None:  # contract 1
    names = ("merge-patch+json", "json-patch+json", "xml-patch+xml")
    assert [each.media_type for each in PATCHES] == [f"application/{name}" for name in names]


# JSON Merge Patch

APPENDIX_A = [  # RFC 7396, appendix A: original, patch, result
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("original", "patch", "result"), APPENDIX_A)
def test_appendix_a(original: Any, patch: Any, result: Any) -> None:
    assert applied(MERGE_PATCH, json.dumps(patch), original) == result


JSON = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(max_size=2), JSON, max_size=4)


def difference(one: Any, other: Any) -> Any:
    if not isinstance(one, dict) or not isinstance(other, dict):
        return other
    gone = dict.fromkeys(one.keys() - other.keys())
    both = {name: difference(one.get(name), other[name]) for name in other}
    return gone | {name: it for name, it in both.items() if one.get(name) != other[name]}


@bounded
@given(OBJECTS, OBJECTS)
def test_the_difference_of_two_objects_makes_one_of_the_other(one: Any, other: Any) -> None:
    assert merged(one, difference(one, other)) == other


# JSON Patch


def corpus() -> list[Any]:
    """The public cases; those that are disabled there are about repeated names in one operation,
    which this server refuses as JSON (contract 1)."""
    files = [DATA / "json-patch-tests" / name for name in ("tests.json", "spec_tests.json")]
    cases = [case for file in files if file.exists() for case in json.loads(file.read_text())]
    return [case for case in cases if "patch" in case and not case.get("disabled")]


@pytest.mark.skipif(not corpus(), reason="shared/data/json-patch-tests is missing")
def test_the_public_corpus() -> None:
    for case in corpus():
        content = json.dumps(case["patch"])
        if "error" in case:
            with pytest.raises((Malformed, Inapplicable)):
                applied(JSON_PATCH, content, case["doc"])
        else:
            found = applied(JSON_PATCH, content, case["doc"])
            assert found == case.get("expected", case["doc"]), case
    assert len(corpus()) > 100


def copies(count: int, source: str, target: str) -> str:
    return json.dumps(
        [{"op": "copy", "from": source, "path": target.format(i)} for i in range(count)]
    )


BOUNDED = [  # case, data, patch, what is raised
    ("operations", ROW, json.dumps([{"op": "test", "path": "", "value": 1}] * 1001), Unprocessable),
    ("copies into itself", ROW, copies(30, "", "/x{}"), Unprocessable),
    ("nested copies", {"a": 1}, copies(999, "", "/a"), Unprocessable),
    ("much work", {"a": "x" * 300_000}, copies(900, "/a", "/b"), Unprocessable),
    (
        "moves to and fro",
        {"a": "x" * 300_000},
        json.dumps(
            [{"op": "move", "from": a, "path": b} for a, b in (("/a", "/b"), ("/b", "/a"))] * 400
        ),
        Unprocessable,
    ),
    (
        "move into a child",
        {"a": {"b": 1}},
        '[{"op":"move","from":"/a","path":"/a/b"}]',
        Inapplicable,
    ),
    *(
        (
            f"{name} from the place after the last",
            {"a": [1]},
            f'[{{"op":"{name}","from":"/a/-","path":"/b"}}]',
            Inapplicable,
        )
        for name in ("copy", "move")
    ),
    ("true is not 1", {"a": 1}, '[{"op":"test","path":"/a","value":true}]', Inapplicable),
    ("a tilde alone", {"~2": 1}, '[{"op":"test","path":"/~2","value":1}]', Malformed),
    ("no object", {}, "[1]", Malformed),
    ("op is no text", {}, '[{"op":["add"],"path":""}]', Malformed),
]


@pytest.mark.parametrize(
    ("data", "content", "error"), [row[1:] for row in BOUNDED], ids=[row[0] for row in BOUNDED]
)
def test_json_patches_that_are_refused(data: Any, content: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        applied(JSON_PATCH, content, data)


def test_numbers_are_equal_by_their_value() -> None:  # RFC 6902, 4.6
    assert applied(JSON_PATCH, '[{"op": "test", "path": "/id", "value": 1.0}]') == ROW


def test_a_document_may_shrink_again() -> None:
    data = {"a": "x" * 900}
    steps = [{"op": "remove", "path": "/a"}, {"op": "add", "path": "/a", "value": "y" * 900}] * 5
    bounds = Bounds(depth=64, operations=1000, size=1000)
    assert applied(JSON_PATCH, json.dumps(steps), data, bounds) == {"a": "y" * 900}


# XML Patch


def in_xml(operations: str) -> str:
    spaces = 'xmlns:p="urn:ietf:rfc:7351" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    return f"<p:patch {spaces}>{operations}</p:patch>"


NEW = "<item><n>3</n></item>"
SPACED = "<p:add sel='row'>\n<x/></p:add>"
CHANGES = [  # operation, what changes in the row
    ('<p:replace sel="/row/phone"><phone>1</phone></p:replace>', {"phone": "1"}),
    ('<p:replace sel="row/first/text()">b</p:replace>', {"first": "b"}),
    ('<p:replace sel="*/first"><first>b</first></p:replace>', {"first": "b"}),
    ('<p:replace sel="/row/first/text()[1]">&lt;</p:replace>', {"first": "<"}),
    ('<p:add sel="row/phone">1</p:add>', {"phone": "1"}),
    ('<p:add sel="row/first">b</p:add>', {"first": "ab"}),
    ('<p:add sel="row/first" pos="prepend">b</p:add>', {"first": "ba"}),
    ('<p:remove sel="row/first/text()"/>', {"first": ""}),
    ('<p:remove sel="row/phone/@xsi:nil"/>', {"phone": ""}),
    ('<p:replace sel="row/phone/@xsi:nil">false</p:replace>', {"phone": ""}),
    (f'<p:add sel="row/items">{NEW}</p:add>', {"items": [1, 2, 3]}),
    (f'<p:add sel="row/items" pos="prepend">{NEW}</p:add>', {"items": [3, 1, 2]}),
    (f'<p:add sel="row/items/item[2]" pos="before">{NEW}</p:add>', {"items": [1, 3, 2]}),
    (f'<p:add sel="row/items/item[1]" pos="after">{NEW}</p:add>', {"items": [1, 3, 2]}),
    ("<p:remove sel=\"row/items/item[n='2']\"/>", {"items": [1]}),
    ("<p:remove sel='row/items/item[.=\"1\"]'/>", {"items": [2]}),
    ('<p:replace sel="row/items"><items/></p:replace>', {"items": []}),
    ("<p:remove sel=\"row/phone[@xsi:nil='true']\"/>", {"phone": ...}),
    ("<p:add sel='row/first' type='@xml:lang'>x</p:add>", {}),
    (f"{SPACED}<p:remove sel='row/x' ws='before'/>", {}),
    (f"{SPACED} \n <p:remove sel='row/x'/>", {}),
    ("<p:add sel='row'><x/>\n</p:add><p:remove sel='row/x' ws='after'/>", {}),
    ("<p:add sel='row'>\n<x/>\n</p:add><p:remove sel='row/x' ws='both'/>", {}),
    ('<p:replace sel="row"><row><id>2</id></row></p:replace>', dict.fromkeys(ROW, ...) | {"id": 2}),
    ('<p:replace sel="row"><row/></p:replace><p:add sel="row"><id>2</id></p:add>',
     dict.fromkeys(ROW, ...) | {"id": 2}),
]  # fmt: skip


@pytest.mark.parametrize(("operations", "changed"), CHANGES, ids=[row[0] for row in CHANGES])
def test_xml_patches(operations: str, changed: dict[str, Any]) -> None:
    if isinstance(numbers := changed.get("items"), list):
        changed = changed | {"items": [{"n": n} for n in numbers]}
    found = applied(XML_PATCH, in_xml(operations))
    wanted = {name: value for name, value in (ROW | changed).items() if value is not ...}
    found.pop("links", None)
    wanted.pop("links", None)
    assert found == wanted


NO_NAMES = ["x", "@", "@1x", "@a b", "@²", "@p:", "@:a", "@p:1", "@none:a"]
REFUSED = [  # operation, what is raised
    ("<x/>", Malformed),
    ("<p:put sel='row'/>", Malformed),
    ("<p:remove/>", Malformed),
    ("<p:remove sel=''/>", Malformed),
    ("<p:remove sel='row' x='1'/>", Malformed),
    ("<p:remove sel='row/first'>x</p:remove>", Malformed),
    ("<p:add sel='row' pos='under'><a/></p:add>", Malformed),
    ("<p:add sel='row' type='namespace::x'>u</p:add>", Malformed),
    ("<p:replace sel='row/first'>text</p:replace>", Malformed),
    ("<p:replace sel='row/first'><a/><b/></p:replace>", Malformed),
    ("<p:replace sel='row/first/text()'><a/></p:replace>", Malformed),
    ("<p:remove sel='//first'/>", Malformed),
    ("<p:remove sel='row/../row'/>", Malformed),
    ("<p:remove sel='row/first or 1'/>", Malformed),
    ("<p:remove sel='count(row)'/>", Malformed),
    ("<p:remove sel='row[position()=1]'/>", Malformed),
    ("<p:remove sel='row/text()/first'/>", Malformed),
    ("<p:remove sel='row/x:first'/>", Malformed),
    ("<p:remove sel='row/'/>", Malformed),
    (f"<p:remove sel='{'row/' * 10_000}x'/>", Malformed),
    ("<p:remove sel='row'/>", Inapplicable),
    ("<p:remove sel='/first'/>", Inapplicable),
    ("<p:remove sel='row/x'/>", Inapplicable),
    ("<p:remove sel='row/*'/>", Inapplicable),
    ("<p:remove sel='row/items/item'/>", Inapplicable),
    ("<p:remove sel='row/items/item[3]'/>", Inapplicable),
    ("<p:remove sel='row/items/item[999999999]'/>", Inapplicable),
    ("<p:remove sel='row/phone/text()'/>", Inapplicable),
    ("<p:remove sel='row/first/text()[2]'/>", Inapplicable),
    ("<p:remove sel='row/first/@xsi:nil'/>", Inapplicable),
    ("<p:remove sel='row/first' ws='before'/>", Inapplicable),
    ("<p:remove sel='row/id' ws='before'/>", Inapplicable),
    ("<p:remove sel='row/first' ws='around'/>", Malformed),
    ("<p:remove sel='row/first/text()' ws='after'/>", Malformed),
    (f"{SPACED}<p:remove sel='row/x' ws='both'/>", Inapplicable),
    ("<p:remove sel='row/comment()'/>", Malformed),
    ("text<p:remove sel='row/first'/>", Malformed),
    ("<p:remove sel='row/first'/>text", Malformed),
    *((f"<p:add sel='row/first' type='{name}'>x</p:add>", Malformed) for name in NO_NAMES),
    ("<p:add sel='row' pos='after'><a/></p:add>", Inapplicable),
    ("<p:add sel='row/first/text()'>x</p:add>", Inapplicable),
    ("<p:add sel='row'>x</p:add>", Unprocessable),
    ("<p:replace sel='row'><x/></p:replace>", Unprocessable),
    ("<p:add sel='row/first' type='@xsi:nil'>true</p:add>", Unprocessable),
    ("<p:add sel='row'><first>b</first></p:add>", Unprocessable),
    ("<p:add sel='row/items'><other/></p:add>", Unprocessable),
]


@pytest.mark.parametrize(
    ("operations", "error"), REFUSED, ids=[f"{row[0][:60]} {row[1].__name__}" for row in REFUSED]
)
def test_xml_patches_that_are_refused(operations: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        applied(XML_PATCH, in_xml(operations))


@pytest.mark.parametrize(
    "content",
    [
        "",
        "<a/>",
        "<patch/>",
        '<patch xmlns="urn:ietf:rfc:5261"/>',
        in_xml("").replace("<p:patch", "<p:patch to='/customers/1'"),
        '<!DOCTYPE p [<!ENTITY a "b">]>' + in_xml("<p:add sel='row'>&a;</p:add>"),
    ],
)
def test_what_is_no_xml_patch(content: str) -> None:
    with pytest.raises(Malformed):
        applied(XML_PATCH, content)


def test_the_root_of_an_xml_patch_may_say_where_its_schema_is() -> None:
    place = "xsi:schemaLocation='urn:ietf:rfc:7351 patch.xsd'"
    assert applied(XML_PATCH, in_xml("").replace("<p:patch", f"<p:patch {place}"))["id"] == 1


@pytest.mark.parametrize("text", ["a\x0bb", "\ufffe"])
def test_an_xml_patch_loses_no_character_that_it_does_not_name(text: str) -> None:
    with pytest.raises(Unprocessable, match="lost"):
        applied(XML_PATCH, in_xml(""), ROW | {"first": text})
    assert applied(XML_PATCH, in_xml(""), ROW | {"first": "\ufffd"})["first"] == "\ufffd"


def test_an_xml_patch_is_bounded() -> None:
    one = "<p:add sel='row/first'>x</p:add>"
    with pytest.raises(Unprocessable):
        applied(XML_PATCH, in_xml(one * 1001))
    with pytest.raises(Unprocessable):
        applied(XML_PATCH, in_xml(one), bounds=Bounds(depth=64, operations=1, size=100))
    assert applied(XML_PATCH, in_xml(one), bounds=Bounds(64, 1, 1000))["first"] == "ax"


MUCH = "<p:add sel='row/items'>" + "<a>b</a>" * 60 + "</p:add>"
MORE = "<p:add sel='row/first'>x</p:add>"
WORK = [  # kind of work, operations, the nodes that they may look at: too few by this kind alone
    ("children on the way", MUCH + "<p:remove sel='row/items/x'/>", 60),
    ("tests", MUCH + '<p:remove sel="row/items/*' + "[.='b']" * 9 + '[60]"/>', 300),
    ("children of what is tested", MUCH + "<p:remove sel=\"row/items[x='1']\"/>", 60),
    ("text of what is tested", "<p:remove sel=\"row[.='x']\"/>", 15),
    ("siblings", MUCH + "<p:remove sel='row/items/a[1]'/>", 140),
    (
        "long text",
        f"<p:add sel='row/first'>{'x' * 9000}</p:add>{MORE}",
        140,
    ),
    ("what is below siblings", MUCH + MORE * 9, 120),
    (
        "attributes below",
        MUCH.replace("<a>", "<a b='' c='' d=''>") + MORE * 9,
        200,
    ),
]


@pytest.mark.parametrize(
    ("operations", "most"), [row[1:] for row in WORK], ids=[row[0] for row in WORK]
)
def test_an_xml_patch_is_little_work(operations: str, most: int, monkeypatch) -> None:
    """Each is beyond the bound by the one kind of work that it is named for."""
    monkeypatch.setattr(representations.patch, "MOST_WORK", most)
    with pytest.raises(Unprocessable, match="too much work"):
        applied(XML_PATCH, in_xml(operations))


def test_namespaces_are_work(monkeypatch) -> None:
    monkeypatch.setattr(representations.patch, "MOST_WORK", 95)
    spaces = " ".join(f'xmlns:a{n}="u"' for n in range(90))
    with pytest.raises(Unprocessable, match="too much work"):
        applied(XML_PATCH, in_xml("<p:add sel='row'/>").replace("<p:patch", f"<p:patch {spaces}"))


def test_the_longest_patch_of_the_longest_list_is_not_too_much() -> None:
    data = ROW | {"items": [{"n": n} for n in range(200)]}
    steps = "<p:replace sel='row/items/item[200]/n'><n>7</n></p:replace>" * 1000
    assert applied(XML_PATCH, in_xml(steps), data)["items"][-1] == {"n": 7}
    steps = (
        "<p:remove sel='row/items/item[1]'/><p:add sel='row/items'><item><n>1</n></item></p:add>"
    )
    assert applied(XML_PATCH, in_xml(steps * 500), data)["items"] == [{"n": 1}] * 200


@bounded
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")))
def test_any_text_is_replaced_as_by_a_merge_patch(text: str) -> None:
    written = XML.encode({"first": text}, SHAPE).decode()
    first = written[written.index("<first>") : written.index("</row>")]
    operation = f'<p:replace sel="row/first">{first}</p:replace>'
    found = applied(XML_PATCH, in_xml(operation))
    assert found["first"] == applied(MERGE_PATCH, json.dumps({"first": text}))["first"]
