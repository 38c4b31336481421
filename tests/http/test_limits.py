"""Every limit: at it a request is answered, one above it is refused, and it is configurable.

A limit and its status are those of the settings; a row says how a request is made that reaches it.
"""

import json
import re
import shutil
from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import NamedTuple

import pytest

from exchange.settings import Settings
from run import create_app
from tests.conftest import Server
from tests.http.wire import JSON, XML, Answer, customer, get, gzip, remove, request, send

NAMESPACE = "urn:ietf:rfc:7351"
MEMBERS = (
    *("id", "first", "last", "email", "phone", "company", "street", "city"),
    *("postal_code", "country", "created_at", "updated_at"),
)


class Asked(NamedTuple):
    """A request: method, target, fields, content."""

    method: str
    target: str
    fields: dict[str, str] = {}  # noqa: RUF012
    content: bytes | None = None


class Row(NamedTuple):
    """setting: the name of the limit. ask: a request of that size. answered: the status at it.
    small: another limit to configure, None where the server shows it and not the application."""

    setting: str
    ask: Callable[[int], Asked]
    answered: int
    small: int | None = 3


def query(name: str, value: Callable[[int], str]) -> Callable[[int], Asked]:
    return lambda size: Asked("GET", f"/customers?{name}={value(size)}")


def content(media_type: str, make: Callable[[int], bytes], method="POST", target="/customers"):
    return lambda size: Asked(method, target, {"Content-Type": media_type}, make(size))


def coded(size: int) -> Asked:
    """So many codings, one in another."""
    fields = {"Content-Type": JSON, "Content-Encoding": ", ".join(["gzip"] * size)}
    once = customer(JSON)
    return Asked("POST", "/customers", fields, reduce(lambda it, _: gzip(it), range(size), once))


def operations(size: int) -> bytes:
    return json.dumps([{"op": "test", "path": "/id", "value": 1}] * size).encode()


def selector(size: int) -> bytes:
    plain = "/customer/phone[.='']"
    sel = plain[:-2] + "x" * (size - len(plain)) + plain[-2:]
    return f'<patch xmlns="{NAMESPACE}"><remove sel="{sel}"/></patch>'.encode()


def deep(size: int) -> bytes:
    return b'{"deep":' + b"[" * (size - 1) + b"]" * (size - 1) + b"}"


HEAD = len("/") + len("Hostparley.test") + 4 + len("Connectionclose") + 4 + len("X") + 4
ROWS = [
    Row("max_head", lambda size: Asked("GET", "/", {"X": "x" * (size - HEAD)}), 200, None),
    Row(
        "max_fields",
        lambda size: Asked("GET", "/", {f"a{n}": "" for n in range(size - 2)}),
        200,
        None,
    ),
    Row("max_members", lambda size: Asked("GET", "/", {"Accept": ", ".join([JSON] * size)}), 200),
    Row("max_path", lambda size: Asked("GET", "/" + "a" * (size - 1)), 404),
    Row("max_query", lambda size: Asked("GET", "/?" + "a" * size), 400),
    Row(
        "max_parameters",
        lambda size: Asked("GET", "/customers?" + "&".join(["id[ge]=1"] * size)),
        200,
    ),
    Row("max_names", query("fields", lambda size: ",".join(["last"] * size)), 200),
    Row("max_terms", query("sort", lambda size: ",".join(MEMBERS[:size])), 200),
    Row("max_values", query("id[in]", lambda size: ",".join(map(str, range(size)))), 200),
    Row("max_pattern", query("last[like]", lambda size: "a" * size), 200),
    Row("max_wildcards", query("last[like]", lambda size: "*a" * size), 200),
    Row("max_per_page", query("per_page", str), 200),
    Row("max_content", content(JSON, lambda size: customer(JSON).ljust(size)), 201, 500),
    Row("max_depth", content(JSON, deep), 422),
    Row("max_codings", coded, 201),
    Row(
        "max_operations",
        content("application/json-patch+json", operations, "PATCH", "/customers/1"),
        200,
    ),
    Row(
        "max_selector",
        content("application/xml-patch+xml", selector, "PATCH", "/customers/1"),
        409,
        40,
    ),
]
# Of time, threads and connections: tests/http/test_slow.py.
ELSEWHERE = {
    "open_reads",  # tests/exchange/test_access.py
    "max_failed_logins",  # tests/resources/test_tokens.py
    "rate_limits",
    "max_waiting",
    "head_seconds",
    "content_seconds",
    "require_preconditions",
}
rows = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.setting)


def status_above(setting: str) -> int:
    """The status that the setting's own description promises, as the README has it."""
    return int(re.findall(r"\((4\d\d)\)", Settings.model_fields[setting].description or "")[0])


def test_every_limit_that_names_a_status_has_a_row():
    named = {
        name
        for name, field in Settings.model_fields.items()
        if re.search(r"\([45]\d\d\)", field.description or "")
    }
    assert named == {row.setting for row in ROWS} | ELSEWHERE


@rows
@pytest.mark.parametrize("accept", [JSON, XML])
def test_by_default(server: Server, row: Row, accept: str):
    limit = Settings.model_fields[row.setting].default
    # Of what the server counts itself, nothing but what the row counts.
    plain = {} if row.small is None else {"Accept": accept}
    made = over_the_wire(server, row.ask(limit), plain)
    assert made.status == row.answered, made
    if row.answered == 201:
        remove(server.port, made)
    over_the_wire(server, row.ask(limit + 1), plain).check_problem(status_above(row.setting))


def over_the_wire(server: Server, asked: Asked, plain: dict[str, str]) -> Answer:
    lines = [f"{name}: {value}" for name, value in (plain | asked.fields).items()]
    return send(server.port, request(asked.method, asked.target, *lines, content=asked.content))


@rows
@pytest.mark.parametrize("accept", [JSON, XML])
def test_configured(sample_file: Path, tmp_path: Path, row: Row, accept: str):
    if row.small is None:
        pytest.skip("the server refuses it before the application: test_slow.py configures it")
    page = {"per_page": 1} if row.setting == "max_per_page" else {}
    url = f"sqlite:///{shutil.copy(sample_file, tmp_path)}"
    app = create_app(
        Settings(database_url=url, open_writes=True, **{row.setting: row.small}, **page)
    )
    client = app.test_client()
    for size, status in (
        (row.small, row.answered),
        (row.small + 1, status_above(row.setting)),
    ):
        asked = row.ask(size)
        fields = {"Accept": accept} | asked.fields
        answer = client.open(asked.target, method=asked.method, headers=fields, data=asked.content)
        assert answer.status_code == status, answer.text
    app.database.close()


LISTS = [
    # field, a member
    ("Accept", "application/json"),
    ("Accept-Encoding", "gzip"),
    ("If-Match", '"x"'),
    ("If-None-Match", 'W/"x"'),
    ("Cache-Control", "no-cache"),
    ("Pragma", "no-cache"),
    ("Prefer", "return=minimal"),
    ("Content-Encoding", "gzip"),
    ("X-Forwarded-For", "192.0.2.1"),
]


@pytest.mark.parametrize(("name", "member"), LISTS, ids=[row[0] for row in LISTS])
@pytest.mark.parametrize("accept", [JSON, XML])
def test_lists_have_a_bound(server: Server, name: str, member: str, accept: str):
    """RFC 9110, 5.4: what is more than we wish to process is refused, never ignored. Members may be
    in one line or in many, and empty (5.6.1.2)."""
    most = Settings.model_fields["max_members"].default
    plain = [] if name == "Accept" else [f"Accept: {accept}"]
    assert get(server.port, "/", *plain, f"{name}: {', '.join([member] * most)}").status < 431
    for above in (", ".join([member] * (most + 1)), "," * most):
        told = get(server.port, "/", *plain, f"{name}: {above}").check_problem(431)
        assert name in told["detail"]
    lines = [f"{name}: {member}, {member}"] * (most // 2)
    get(server.port, "/", *plain, *lines, f"{name}: {member}").check_problem(431)
