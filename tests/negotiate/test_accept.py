"""Which of the offers a client wants (RFC 9110, 12.4.2, 12.5.1; contract 1)."""

import time
from typing import NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from negotiate.accept import best_match, explain, for_problems, parse

JSON, XML, TEXT = "application/json", "application/xml", "text/xml"
TYPED, MSGPACK = "application/vnd.parley.typed+xml", "application/vnd.msgpack"
OFFERS = [JSON, XML, TEXT, TYPED, MSGPACK]
PROBLEM_JSON, PROBLEM_XML = "application/problem+json", "application/problem+xml"


class Row(NamedTuple):
    """A field, the offer it chooses, and where that is written. Sections are of RFC 9110."""

    field: str | None
    choice: str | None
    source: str

    def __str__(self) -> str:
        return f"{self.source}: {self.field}"


def rows(*table: Row) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", table, ids=str)


@rows(
    Row("application/json;q=0, */*", XML, "http-cases 1"),
    Row("application/json;q=0", None, "http-cases 2"),
    Row("*/*;q=0", None, "http-cases 3"),
    Row("application/json;q=0.3, application/xml;q=0.9", XML, "http-cases 4"),
    Row("application/*, application/json;q=0.1", XML, "http-cases 5"),
    Row("*/*;q=0.1, application/xml;q=0.05", JSON, "http-cases 6"),
    Row("text/*, application/*;q=0.5, application/xml;q=0", TEXT, "http-cases 7"),
    Row("application/xml, */*;q=0.1", XML, "http-cases 8"),
    Row("Application/XML", XML, "http-cases 9"),
    Row("application/xml;charset=utf-8", XML, "http-cases 10"),
    Row('application/xml;profile="a,b", application/json;q=0.1', JSON, "http-cases 11"),
    Row(", application/xml ,, ", XML, "http-cases 12"),
    Row("application/json;q=0.1, application/xml", XML, "http-cases 13"),
    Row("application/xml;q=1.000, application/json;q=0.999", XML, "http-cases 14"),
    Row("application/json;q=0.999, application/xml;q=1.000", XML, "http-cases 14"),
    Row("application/xml;q=abc, application/json;q=0.1", JSON, "http-cases 15"),
    Row("application/xml;q=1.5, application/json;q=0.1", JSON, "http-cases 15"),
    Row("application/xml;q=abc, text/xml;q=0.1", TEXT, "http-cases 15"),
    Row("application/xml;q=abc", JSON, "http-cases 15, contract 1.2"),
    Row("", JSON, "http-cases 16"),
    Row(None, JSON, "http-cases 17"),
    Row("text/csv", None, "http-cases 18"),
    Row("application/vnd.acme+json", None, "http-cases 19"),
    Row("application/*+xml", XML, "http-cases 20"),
    Row("application/*", JSON, "http-cases 21"),
    Row("text/xml", TEXT, "http-cases 22"),
    Row(
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        XML,
        "http-cases 23, without HTML",
    ),
)
def test_the_rows_of_the_http_cases(row: Row) -> None:
    assert best_match(row.field, OFFERS) == row.choice


def test_a_browser_is_given_html_where_there_is_html() -> None:  # http-cases 23
    field = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert best_match(field, [*OFFERS, "text/html"]) == "text/html"


@rows(
    # what counts as no field
    Row(" \t", JSON, "contract 1.2 blank"),
    Row(",,, ,", JSON, "contract 1.2 empty members only"),
    Row("garbage", JSON, "contract 1.2 nothing well-formed"),
    Row("*/xml", JSON, "12.5.1 no such range"),
    Row("*/*+xml", JSON, "12.5.1 no such range"),
    Row("application/xml/2", JSON, "12.5.1 two slashes"),
    Row("/xml", JSON, "5.6.2 an empty token"),
    Row("application/", JSON, "5.6.2 an empty token"),
    Row("application /xml", JSON, "8.3.1 no white space at the slash"),
    Row("application/xml text/xml", JSON, "8.3.1 two types in a member"),
    Row("applicâtion/xml", JSON, "5.6.2 tchar is ASCII"),
    Row("\x00", JSON, "5.6.2 tchar"),
    # a malformed member is ignored, the rest counts
    Row("garbage, text/xml", TEXT, "contract 1.3 malformed member"),
    Row("text/xml, application/xml;q", TEXT, "5.6.6 parameter without a value"),
    Row("text/xml;q=0.1, application/xml;q=", TEXT, "5.6.6 empty value"),
    Row("text/xml;q=0.1, application/xml; q =1", TEXT, "5.6.6 white space before ="),
    Row("text/xml;q=0.1, application/xml;q= 1", TEXT, "5.6.6 white space after ="),
    Row("text/xml;q=0.1, application/xml q=1", TEXT, "5.6.6 no semicolon"),
    Row('text/xml;q=0.1, application/xml;a="b', TEXT, "5.6.4 an open quote"),
    Row('application/xml;a="b, text/xml', JSON, "5.6.4 an open quote takes the rest"),
    Row('text/xml;q=0.1, application/xml;a="b"c', TEXT, "5.6.4 text after a quote"),
    # qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )
    Row("text/xml;q=0.1, application/xml;q=0.1234", TEXT, "12.4.2 four digits"),
    Row("text/xml;q=0.1, application/xml;q=.5", TEXT, "12.4.2 no digit"),
    Row("text/xml;q=0.1, application/xml;q=00.5", TEXT, "12.4.2 two zeros"),
    Row("text/xml;q=0.1, application/xml;q=1.001", TEXT, "12.4.2 above 1"),
    Row("text/xml;q=0.1, application/xml;q=2", TEXT, "12.4.2 above 1"),
    Row("text/xml;q=0.1, application/xml;q=-1", TEXT, "12.4.2 negative"),
    Row("text/xml;q=0.1, application/xml;q=+1", TEXT, "12.4.2 sign"),
    Row("text/xml;q=0.1, application/xml;q=1e0", TEXT, "12.4.2 exponent"),
    Row("text/xml;q=0.1, application/xml;q=inf", TEXT, "12.4.2 inf"),
    Row("text/xml;q=0.1, application/xml;q=nan", TEXT, "12.4.2 nan"),
    Row("text/xml;q=0.1, application/xml;q=0.1_1", TEXT, "12.4.2 underscore"),
    Row("text/xml;q=0.1, application/xml;q=0,5", TEXT, "12.4.2 decimal comma"),
    Row("text/xml;q=0.1, application/xml;q=1.", XML, "12.4.2 no digit after the point"),
    Row("text/xml, application/xml;q=0.", TEXT, "12.4.2 no digit after the point"),
    Row("application/xml;q=0.000", None, "12.4.2 zero"),
    Row("application/xml;q=0.001", XML, "12.4.2 the smallest"),
    Row("application/xml;q=0.001, text/xml;q=0.002", TEXT, "12.4.2 three digits"),
    Row("application/xml;Q=0.1, text/xml;q=0.2", TEXT, "5.6.6 names without case"),
    Row(
        "application/xml;q=0.2;a=b, text/xml;q=0.1", TEXT, "contract 1.3 weight before a parameter"
    ),
    Row("application/xml;charset=x;q=0.1, text/xml;q=0.2", TEXT, "contract 1.3 weight at the end"),
    Row("application/xml;q=0.1;charset=x, text/xml;q=0.2", TEXT, "contract 1.3 weight in front"),
    # lists and white space
    Row("application/xml\t;\tq=0.1\t,\ttext/xml", TEXT, "5.6.3 OWS"),
    Row("application/json;q=0.1,application/xml", XML, "5.6.1 no space"),
    Row("application/xml;", XML, "5.6.6 an empty parameter"),
    Row("application/xml; ;; q=0.5;", XML, "5.6.6 empty parameters"),
    # specificity
    Row("*/*, application/json;q=0.5", XML, "12.5.1 a type before */*"),
    Row("application/json;q=0.5, */*", XML, "12.5.1 whatever the order"),
    Row("application/*;q=0.1, */*", TEXT, "12.5.1 type/* before */*"),
    Row("application/*+xml;q=0.2, application/*", JSON, "contract 1.3 a suffix before type/*"),
    Row("application/*, application/*+xml;q=0.2, application/json;q=0.1", MSGPACK, "contract 1.3"),
    Row("application/*+xml, application/xml;q=0", TYPED, "contract 1.3 a type before a suffix"),
    Row("application/*+XML", XML, "8.3.1 a suffix without case"),
    Row("text/*+xml", TEXT, "contract 1.3 a suffix is the syntax of its own type alone"),
    Row("application/*+json", JSON, "contract 1.3 +json also matches application/json"),
    Row("application/*+ml", None, "contract 1.3 not the end of a name"),
    Row(
        "application/xml;q=0.2, application/xml;q=0.9, text/xml;q=0.5", XML, "contract 1.3 highest"
    ),
    Row(
        "application/xml;q=0.9, application/xml;q=0.2, text/xml;q=0.5", XML, "contract 1.3 highest"
    ),
    Row("application/xml;q=0, application/xml;q=0.2", XML, "contract 1.3 highest, also of zero"),
    # equal quality: the offer named more precisely, then the order of the offers
    Row("*/*, application/xml", XML, "contract 1.4"),
    Row("application/xml, */*", XML, "contract 1.4"),
    Row("*/*, text/*", TEXT, "contract 1.4"),
    Row("application/*, application/*+xml", XML, "contract 1.4"),
    Row("*/*;q=0.5, text/*;q=0.5", TEXT, "contract 1.4"),
    Row("text/xml, application/xml, application/json", JSON, "contract 1.4 the server's order"),
    Row("text/xml, application/xml", XML, "contract 1.4 the server's order"),
    Row("*/*", JSON, "contract 1.4 the server's order"),
    Row("application/json;q=0.9, application/xml, */*", XML, "contract 1.4 quality first"),
    # parameters
    Row("application/xml;version=2", None, "contract 1.3 no offer has it"),
    Row("application/xml;version=2, */*;q=0.1", JSON, "contract 1.3 no offer has it"),
    Row("*/*;version=2", None, "contract 1.3 no offer has it"),
    Row("application/xml; CHARSET=UTF-16", XML, "contract 1.3 charset, names without case"),
    Row('application/xml;charset="utf-8"', XML, "8.3.2 a quoted charset"),
    Row("*/*;charset=utf-8;q=0.5", JSON, "contract 1.3 charset of a range"),
    # quoted strings
    Row(r'application/xml;a="\",b", text/xml;q=0.1', TEXT, "5.6.4 an escaped quote"),
    Row(r'application/xml;a="\\", text/xml;q=0.1', TEXT, "5.6.4 an escaped backslash ends"),
    Row('application/xml;a=";q=0", text/xml;q=0.1', TEXT, "5.6.4 no weight in quotes"),
    Row('a/b;c=", application/xml", text/xml', TEXT, "5.6.4 no member in quotes"),
    Row('application/xml;charset="a,b;q=0"', XML, "5.6.4 a comma and a weight in quotes"),
    Row('application/xml;charset="é"', XML, "5.6.4 obs-text"),
    Row('text/xml;q=0.1, application/xml;a="\x01"', TEXT, "5.6.4 no control characters"),
)
def test_one_field_chooses_one_offer(row: Row) -> None:
    assert best_match(row.field, OFFERS) == row.choice


FLOWED, FIXED = "text/plain;format=flowed", "text/plain;format=fixed"
EXAMPLE = (
    "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, "
    "text/plain;format=fixed;q=0.4, */*;q=0.5"
)


@pytest.mark.parametrize(
    ("offer", "quality"),
    [
        (FLOWED, 1),
        ("text/plain", 0.7),
        ("text/html", 0.3),
        ("image/jpeg", 0.5),
        (FIXED, 0.4),
        ("text/html;level=3", 0.3),  # 0.7 in the RFC; erratum 7138
    ],
)
def test_the_table_of_qualities_of_the_rfc(offer: str, quality: float) -> None:  # 12.5.1, table 5
    (judgement,) = explain(EXAMPLE, [offer])
    assert judgement.quality == quality


AUDIO = "audio/*; q=0.2, audio/basic"
PLAIN = "text/plain; q=0.5, text/html, text/x-dvi; q=0.8, text/x-c"
MEDIA = "text/*, text/plain, text/plain;format=flowed, */*"


@pytest.mark.parametrize(
    ("field", "offers", "choice"),
    [
        (AUDIO, ["audio/mpeg", "audio/basic"], "audio/basic"),
        (AUDIO, ["audio/mpeg"], "audio/mpeg"),
        (AUDIO, ["text/html"], None),
        (PLAIN, ["text/plain", "text/x-dvi", "text/x-c"], "text/x-c"),
        (PLAIN, ["text/plain", "text/x-dvi"], "text/x-dvi"),
        (PLAIN, ["text/plain"], "text/plain"),
        (PLAIN, ["text/x-c", "text/html"], "text/x-c"),
        (MEDIA, ["image/png", "text/html", "text/plain", FLOWED], FLOWED),
        (MEDIA, ["image/png", "text/html", "text/plain", FIXED], "text/plain"),
        (MEDIA, ["image/png", "text/html"], "text/html"),
        (MEDIA, ["image/png"], "image/png"),
        (EXAMPLE, [FIXED, "image/jpeg"], "image/jpeg"),
    ],
)
def test_the_examples_of_the_rfc(field: str, offers: list[str], choice: str | None) -> None:
    assert best_match(field, offers) == choice  # 12.5.1


@pytest.mark.parametrize(
    ("field", "offer"),
    [
        ("application/xml", "Application/XML; Charset=UTF-8"),
        ("text/html;LEVEL=1", "text/html; level=1"),
        ('text/html;level="1"', "text/html;level=1"),
        ("text/html;b=2;a=1", "text/html;a=1;b=2"),
        ("text/html;a=1", "text/html;a=1;b=2"),
        ("text/*;a=1", "text/html;a=1"),
        (None, "Application/JSON"),
    ],
)
def test_an_offer_comes_back_as_the_string_that_was_given(field: str | None, offer: str) -> None:
    assert best_match(field, ["image/png", offer] if field else [offer]) is offer


@pytest.mark.parametrize(
    ("field", "offer"),
    [
        ("text/html;level=1", "text/html"),
        ("text/html;level=1", "text/html;level=2"),
        ("text/html;level=1;x=y", "text/html;level=1"),
        ("text/html;profile=A", "text/html;profile=a"),  # values have their case (8.3.1)
    ],
)
def test_a_range_with_parameters_needs_an_offer_that_has_them(field: str, offer: str) -> None:
    assert best_match(field, [offer]) is None


def test_of_ranges_the_one_with_more_parameters_says_the_quality() -> None:  # 12.5.1
    field = "a/b;x=1, a/b;x=1;y=2;q=0.2, a/b;q=0.5"
    offers = ["a/b;x=1;y=2", "a/b;x=1", "a/b"]
    assert [judgement.quality for judgement in explain(field, offers)] == [0.2, 1, 0.5]


def test_without_offers_there_is_none_to_choose() -> None:
    assert best_match("*/*", []) is None


def test_an_offer_that_is_no_media_type_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no media type"):
        explain("*/*", ["json"])


def test_explain_names_the_member_that_spoke_for_each_offer() -> None:
    judgements = explain("text/*;q=0.3, garbage, Application/XML;q=0, */*;q=0.1", OFFERS)
    assert [judgement.offer for judgement in judgements] == OFFERS
    assert [judgement.quality for judgement in judgements] == [0.1, 0, 0.3, 0.1, 0.1]
    spoken = [judgement.preference.text for judgement in judgements if judgement.preference]
    assert spoken[:3] == ["*/*;q=0.1", "Application/XML;q=0", "text/*;q=0.3"]


def test_explain_tells_an_offer_that_nothing_names_from_one_excluded() -> None:
    excluded, unnamed = explain("application/xml;q=0", [XML, JSON])
    assert (excluded.quality, unnamed.quality) == (0, 0)
    assert excluded.preference is not None
    assert unnamed.preference is None


@pytest.mark.parametrize("field", [None, "", " ", ",", "garbage", "a/b;q=2"])
def test_nothing_well_formed_accepts_anything(field: str | None) -> None:
    assert [(each.text, each.quality) for each in parse(field)] == [("*/*", 1)]


@pytest.mark.parametrize(
    ("field", "choice"),
    [
        (None, PROBLEM_JSON),
        ("", PROBLEM_JSON),
        ("garbage", PROBLEM_JSON),
        ("*/*", PROBLEM_JSON),
        ("application/*", PROBLEM_JSON),
        ("application/json", PROBLEM_JSON),
        ("Application/JSON; charset=utf-8", PROBLEM_JSON),
        ("application/problem+json", PROBLEM_JSON),
        ("application/vnd.acme+json", PROBLEM_JSON),
        ("application/*+json", PROBLEM_JSON),
        ("application/xml", PROBLEM_XML),
        ("text/xml", PROBLEM_XML),
        ("application/problem+xml", PROBLEM_XML),
        (TYPED, PROBLEM_XML),
        ("image/svg+xml", PROBLEM_XML),
        ("application/*+xml", PROBLEM_XML),
        ("application/xml, */*", PROBLEM_XML),
        ("application/json;q=0.3, application/xml;q=0.9", PROBLEM_XML),
        ("application/json;q=0.9, text/xml;q=0.3", PROBLEM_JSON),
        ("application/json;q=0.001, application/xml;q=0.002", PROBLEM_XML),
        ("application/json;q=0, */*", PROBLEM_XML),
        ("application/xml;q=0, application/*+xml", None),
        ("application/xml;profile=x", PROBLEM_XML),
        ('application/xml;profile="a,b"', PROBLEM_XML),
        ("garbage, text/xml;q=0.5", PROBLEM_XML),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", PROBLEM_XML),
        (MSGPACK, None),
        ("text/csv", None),
        ("text/html", None),
    ],
)
def test_problems_are_named_by_their_families(field: str | None, choice: str | None) -> None:
    """RFC 9457, 3; contract 4. None: the caller falls back on problem+json."""
    assert best_match(for_problems(field), [PROBLEM_JSON, PROBLEM_XML]) == choice


@pytest.mark.parametrize("field", ["text/html;q=0.5", 'a/b;c="d,e"', "*/*;q=0.1"])
def test_a_range_that_names_no_family_is_left_as_it_is(field: str) -> None:
    assert for_problems(field) == field


PIECES = [*OFFERS, "*/*", "application/*", "text/*", "application/*+xml", "a", "/", "*", "+xml"]
SIGNS = [",", ", ", ";", " ", "\t", '"', "\\", "=", ";q=", ";q=0", ";q=0.5", "1.000", ";a=b", "é"]
FIELDS = st.text() | st.lists(st.sampled_from([*PIECES, *SIGNS])).map("".join)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(FIELDS)
@example("\ud800/\udfff")
@example('application/xml;a="\\')
def test_any_text_chooses_an_offer_or_none(field: str) -> None:
    assert best_match(field, OFFERS) in [*OFFERS, None]
    assert best_match(for_problems(field), OFFERS) in [*OFFERS, None]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(FIELDS)
def test_the_choice_is_one_that_explain_gives_the_highest_quality(field: str) -> None:
    qualities = {each.offer: each.quality for each in explain(field, OFFERS)}
    choice = best_match(field, OFFERS)
    assert max(qualities.values()) == (qualities[choice] if choice else 0)


@pytest.mark.parametrize(
    ("start", "unit"),
    [
        pytest.param("", "a/b;q=0.5,", id="members"),
        pytest.param("", "*/*,", id="ranges"),
        pytest.param("", ",", id="commas"),
        pytest.param("", '"', id="quotes"),
        pytest.param("", "\\", id="backslashes"),
        pytest.param("", '\\"', id="escaped quotes"),
        pytest.param('a/b;c="', "\\", id="backslashes in an open quote"),
        pytest.param('a/b;c="', "\\\\x", id="escapes in an open quote"),
        pytest.param('a/b;c="', "x", id="an open quote"),
        pytest.param("a/b", ' ;"', id="semicolons and quotes"),
        pytest.param("a/b", ";", id="empty parameters"),
        pytest.param("a/b", ";c=d", id="parameters"),
        pytest.param("a/b;c=d", " ", id="white space in a parameter"),
        pytest.param("a/b", " ;\t", id="white space and semicolons"),
        pytest.param("a/b;q=0.", "1", id="digits of a weight"),
        pytest.param("", "a/", id="slashes"),
        pytest.param("a/", "b+", id="suffixes"),
        pytest.param("", " \t", id="white space"),
    ],
)
def test_the_time_grows_with_the_length_of_the_field(start: str, unit: str) -> None:
    """Four times the length takes about four times as long, and 16 times if it is quadratic."""

    def seconds(length: int) -> float:
        field = start + unit * (length // len(unit)) + "!"
        spent = []
        for _ in range(5):
            began = time.thread_time()
            best_match(field, OFFERS)
            spent.append(time.thread_time() - began)
        return min(spent)

    assert seconds(65_536) < 10 * seconds(16_384) + 0.001


def test_ten_thousand_members_are_all_heard() -> None:
    assert best_match("a/b, " * 9_999 + "text/xml;q=0.001", OFFERS) == TEXT
