"""Links between resources, from the routes: no view names a URL (RFC 8288)."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import Flask

from exchange.content import fields_of_readers
from exchange.state import Traits, traits

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
ID = re.compile("<[a-z]+:id>")
Data = dict[str, Any]


class Relation(NamedTuple):
    """A link of every row of a model: its URL is before + the member + after."""

    name: str
    before: str
    member: str = ""
    after: str = ""


@dataclass(frozen=True)
class Routes:
    """What the routes of an application say, read once.

    methods: what is allowed, by the path of the rule. paths: that of the rule of a row, by model.
    relations: the names of the links of a row,
    by model. links: what makes them. entrance: the links of `/`. offers: what each resource offers,
    as `/` tells it. items: the beginning of the URL of a row, by the plural of its model. writes:
    the traits of what changes something, by the path of the rule and the method. readable: the
    fields that say what is read, by the path of the rule.
    """

    methods: Mapping[str, frozenset[str]]
    paths: Mapping[Any, str]
    relations: Mapping[Any, list[str]]
    links: Mapping[Any, Callable[[Data], dict[str, str]]]
    entrance: Mapping[str, str]
    offers: list[Data]
    items: Mapping[str, str]
    writes: Mapping[str, Mapping[str, Traits]]
    readable: Mapping[str, Mapping[str, str]]

    def url_of(self, reference: str) -> str:
        """The URL of a row, of which the plural of its model and its id are known: `movies/7`."""
        plural, _, id = reference.partition("/")
        return self.items[plural] + id


def read_routes(app: Flask, origin: str) -> Routes:
    """The routes of the application, once all are registered; URLs begin with the origin."""
    methods: dict[str, set[str]] = defaultdict(set)
    items, collections = {}, {}
    writes: dict[str, dict[str, Traits]] = defaultdict(dict)
    for rule in app.url_map.iter_rules():
        methods[rule.rule] |= rule.methods or set()
        shown = traits(app.view_functions[rule.endpoint])
        writes[rule.rule] |= dict.fromkeys((rule.methods or set()) - _READS, shown)
        if "GET" in methods[rule.rule] and shown.is_collection:
            collections[rule.rule] = shown.model
        elif "GET" in methods[rule.rule] and shown.model and rule.rule.endswith(":id>"):
            items[shown.model] = rule.rule
    alone = {model: path for path, model in collections.items() if "<" not in path}
    found = {model: _relations(model, items, alone, collections, origin) for model in items}
    doors = [rule for rule in methods if "GET" in methods[rule] and "<" not in rule and rule != "/"]
    return Routes(
        {path: frozenset(each) for path, each in methods.items()},
        items,
        {model: [each.name for each in relations] for model, relations in found.items()},
        {model: _linking(relations) for model, relations in found.items()},
        {"self": f"{origin}/"} | {door.strip("/"): origin + door for door in doors},
        [_offer(path, each) for path, each in sorted(methods.items())],
        {model.plural(): origin + ID.split(path)[0] for model, path in items.items()},
        writes,
        {path: fields_of_readers(each) for path, each in writes.items()},
    )


def _offer(path: str, methods: set[str]) -> Data:
    return {"template": re.sub("<(?:[a-z]+:)?([a-z]+)>", r"{\1}", path), "methods": sorted(methods)}


def _relations(
    model: Any,
    items: Mapping[Any, str],
    alone: Mapping[Any, str],
    collections: Mapping[str, Any],
    origin: str,
) -> tuple[Relation, ...]:
    path = items[model]
    found = [_around("self", path, "id", origin)]
    if model in alone:
        found.append(Relation("collection", origin + alone[model]))
    for name, member in model.members().items():
        if member.refers_to in items:
            found.append(_around(name.removesuffix("_id"), items[member.refers_to], name, origin))
    inner = [nested for nested in collections if nested.startswith(f"{path}/")]
    return (*found, *(_around(nested.rpartition("/")[2], nested, "id", origin) for nested in inner))


def _around(name: str, path: str, member: str, origin: str) -> Relation:
    before, after = ID.split(path)
    return Relation(name, origin + before, member, after)


def _linking(relations: Iterable[Relation]) -> Callable[[Data], dict[str, str]]:
    """The function that makes the links of a row. Names and URLs stand in it as literals alone."""
    places: dict[str, str] = {}
    for each in relations:
        if each.member:
            places.setdefault(each.member, f"v{len(places)}")
    values = "; ".join(f"{place} = row[{member!r}]" for member, place in places.items()) or "pass"
    links = ", ".join(f"{each.name!r}: {_source(each, places)}" for each in relations)
    scope: dict[str, Any] = {}
    exec(f"def links(row):\n    {values}\n    return {{{links}}}", scope)
    made: Callable[[Data], dict[str, str]] = scope["links"]
    return made


def _source(relation: Relation, places: Mapping[str, str]) -> str:
    if not relation.member:
        return repr(relation.before)
    return f"{relation.before!r} f'{{{places[relation.member]}}}' {relation.after!r}"


def add_links(model: Any, rows: list[Data], routes: Routes) -> list[Data]:
    """The rows, each with its links last, and with those of the items that stand in it."""
    for name, member in model.members().items():
        if member.items:
            add_links(member.items, [item for row in rows for item in row[name]], routes)
    links = routes.links[model]
    for row in rows:
        row["links"] = links(row)
    return rows
