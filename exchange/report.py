"""What the server tells a person at the command line about its routes and its decisions."""

from collections.abc import Iterable, Sequence

from flask import request
from rich.console import Console
from rich.table import Table

from exchange.answer import answer_problem
from exchange.app import Api
from exchange.content import content_codings, readable_fields, reader
from exchange.errors import problem
from exchange.fields import ALWAYS, allow, fields_of
from exchange.selection import accept_field, offers
from exchange.state import traits
from negotiate import accept
from representations import VOCABULARIES, Representation
from representations.vocabulary import check

_LEVELS = ("*/*", "type/*", "type/*+suffix", "type/subtype")


def check_vocabularies(app: Api) -> None:
    """Raises Broken for one that its types cannot be written in."""
    for each in VOCABULARIES:
        check(each, app.types)


def print_routes(app: Api) -> None:
    """Every route: its methods, its path and its view."""
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
    rows = ((" ".join(sorted(rule.methods or ())), rule.rule, rule.endpoint) for rule in rules)
    Console().print(_table(("methods", "path", "view"), rows))


def print_decision(app: Api, method: str, target: str, fields: Sequence[tuple[str, str]]) -> None:
    """How the server decides on the request: each offer, what it is worth, and what follows.

    Neither the view nor the database is asked: what only they know (a row that is not there,
    validators) is left out.
    """
    console = Console(highlight=False)
    with app.test_request_context(target, method=method, headers=list(fields)):
        try:
            lines = _decision(app, console)
        except Exception as error:
            told = problem(error, app.problem_names)
            answer = answer_problem(told)
            lines = [f"{answer.status}: {told.detail}", *(f"{k}: {v}" for k, v in answer.headers)]
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)


def _decision(app: Api, console: Console) -> list[str]:
    methods = app.allowed_methods()
    if request.method == "OPTIONS":
        fields = {**ALWAYS, **allow(methods), **readable_fields(methods)}
        return [
            "OPTIONS does not negotiate",
            *(f"{name}: {value}" for name, value in fields.items()),
        ]
    shown = traits(app.view_functions[request.endpoint or ""])
    console.print(_offers(accept_field(), offers(shown)))
    exchange = app.begin(methods)
    lines = [f"selected: {exchange.selected.media_type}, {_reason()}"]
    if exchange.traits.reads:
        codings = ", ".join(content_codings()) or "no coding"
        lines.append(f"content: read as {reader().media_type}, from {codings}")
    return lines + [f"{name}: {value}" for name, value in fields_of(exchange).items()]


def _offers(field: str | None, there: Iterable[Representation]) -> Table:
    judgements = accept.explain(field, [each.media_type for each in there])
    rows = (
        (
            judgement.offer,
            judgement.preference.text if judgement.preference else "no range matches",
            f"{judgement.quality:g}",
            _precision(judgement),
        )
        for judgement in judgements
    )
    return _table(("offer", "range", "quality", "precision"), rows)


def _precision(judgement: accept.Judgement) -> str:
    if not judgement.preference:
        return "-"
    level, parameters = judgement.precision
    return _LEVELS[level] + (f" with {parameters} parameters" if parameters else "")


def _reason() -> str:
    if "format" in request.args:
        return "as format= in the query says, which goes before Accept"
    if not accept.is_said(accept_field()):
        return "the server's first, as there is no Accept that is well-formed"
    return "of the highest quality, then the most precise, then the server's first"


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> Table:
    table = Table(*columns)
    for row in rows:
        table.add_row(*row)
    return table
