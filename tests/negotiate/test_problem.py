"""Problems and their kinds (RFC 9457; RFC 9110, 15)."""

import re

import pytest

from negotiate.problem import KINDS, Kind, Problem, of_status


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_kind_is_whole(kind: Kind) -> None:
    assert KINDS[kind.name] is kind
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", kind.name)  # the last segment of a URL
    assert 400 <= kind.status <= 599
    assert kind.title
    assert kind.explanation.endswith(".")


def test_no_two_kinds_have_the_same_status() -> None:
    statuses = [kind.status for kind in KINDS.values()]
    assert len(set(statuses)) == len(statuses)


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "malformed"),
        (401, "unauthorized"),
        (403, "forbidden"),
        (404, "not-found"),
        (405, "method-not-allowed"),
        (406, "not-acceptable"),
        (409, "conflict"),
        (413, "content-too-large"),
        (414, "uri-too-long"),
        (415, "unsupported-media-type"),
        (422, "invalid"),
        (429, "too-many-requests"),
        (500, "internal-error"),
        (503, "unavailable"),
        # a status without a kind is as x00 of its class (RFC 9110, 15)
        (418, "malformed"),
        (499, "malformed"),
        (501, "not-implemented"),
        (505, "internal-error"),
        (599, "internal-error"),
    ],
)
def test_the_kind_of_a_status(status: int, name: str) -> None:
    assert of_status(status).name == name


def test_the_members_of_a_problem() -> None:  # RFC 9457, 3.1
    problem = Problem("not-found", "No customer 7.")
    assert problem.to_dict("/problems/", "/customers/7") == {
        "type": "/problems/not-found",
        "title": KINDS["not-found"].title,
        "status": 404,
        "detail": "No customer 7.",
        "instance": "/customers/7",
    }


def test_the_errors_of_the_content_are_an_extension_member() -> None:  # RFC 9457, 3.2; contract 4
    errors = ({"pointer": "/email", "detail": "missing"},)
    data = Problem("invalid", "1 error", errors).to_dict("/problems/", "/customers")
    assert data["errors"] == [{"pointer": "/email", "detail": "missing"}]
    assert list(data) == ["type", "title", "status", "detail", "instance", "errors"]


def test_a_problem_is_raised_and_carries_header_fields() -> None:
    with pytest.raises(Problem) as caught:
        raise Problem("method-not-allowed", "GET only", fields={"Allow": "GET"})
    assert caught.value.kind.status == 405
    assert caught.value.fields == {"Allow": "GET"}


def test_problems_do_not_share_their_fields() -> None:
    assert Problem("invalid", "a").fields is not Problem("invalid", "b").fields


def test_a_name_that_is_no_kind_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError):
        _ = Problem("bogus", "?").kind
