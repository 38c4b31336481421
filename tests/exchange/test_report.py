"""`explain` tells what the server then does: the same decision, without view and database."""

import pytest

from exchange.report import print_decision, print_routes

# method, target, fields, and what must stand in the report
CASES = {
    "the example of the README": (
        "GET",
        "/customers/1",
        [("Accept", "text/*;q=0.5, application/xml")],
        ["text/*;q=0.5", "0.5", "selected: application/xml", "Content-Type: application/xml"],
    ),
    "no Accept": ("GET", "/customers/1", [], ["selected: application/json", "no Accept"]),
    "format= goes first": (
        "GET",
        "/customers/1?format=xml",
        [("Accept", "application/json")],
        ["selected: application/xml", "format="],
    ),
    "nothing acceptable": (
        "GET",
        "/customers/1",
        [("Accept", "image/png")],
        ["406", "no range matches", 'rel="alternate"'],
    ),
    "content that is read": (
        "PUT",
        "/customers/1",
        [("Content-Type", "Text/XML; charset=utf-8")],
        ["content: read as text/xml"],
    ),
    "content that is not": (
        "POST",
        "/customers",
        [("Content-Type", "text/csv")],
        ["415", "Accept-Post: application/json"],
    ),
    "options": ("OPTIONS", "/customers", [], ["does not negotiate", "Allow: GET, HEAD, OPTIONS"]),
    "no route": ("GET", "/nothing", [], ["404"]),
    "no method": ("PATCH", "/customers", [], ["405", "Allow: GET"]),
    "an unknown parameter": ("GET", "/customers?colour=red", [], ["400", "colour"]),
}


@pytest.fixture
def database_url():
    return "sqlite:////nowhere/at/all.db"


@pytest.mark.parametrize(("method", "target", "fields", "told"), CASES.values(), ids=CASES)
def test_explain_tells(app, capsys, method, target, fields, told):
    print_decision(app, method, target, fields)
    report = capsys.readouterr().out
    assert [each for each in told if each not in report] == []


def test_routes_lists_every_route(app, capsys):
    print_routes(app)
    report = capsys.readouterr().out
    assert [rule.rule for rule in app.url_map.iter_rules() if rule.rule not in report] == []
