"""Parsers of other languages read the XML of the server: libxml2's own tool, and the JDK's."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Server, free_port, start_server, stop
from tests.databases import sample_database

PROGRAM = Path(__file__).with_name("Read.java")
NASTY = "<&>\"' \\ \r\n\t é \u0085\u2028 𝒳 ]]> \u00a0"
CUSTOMER = {"first": NASTY, "last": "", "email": "n@example.org", "phone": None}
INVOICE = {
    "customer_id": 1,
    "currency": "EUR",
    "status": "paid",
    "note": NASTY,
    "items": [{"product_id": id, "quantity": id} for id in (1, 2, 3)],
}
DOCUMENTS = {
    "/customers?per_page=100": ("{}customers", {"items": "customer"}),
    "/invoices/1": ("{}invoice", {"items": "item"}),
    "/written/customer": ("{}customer", {}),
    "/written/invoice": ("{}invoice", {"items": "item"}),
    "/customers/0": ("{urn:ietf:rfc:7807}problem", {}),
    "/invalid": ("{urn:ietf:rfc:7807}problem", {"errors": "i"}),
}
pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("path", DOCUMENTS),
]


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not shutil.which(program), reason=f"{program} is not installed")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    database = sample_database(tmp_path_factory.mktemp("clients") / "parley.db")
    server = start_server(database, free_port())
    yield server
    stop(server)


@pytest.fixture(scope="module")
def written(running: Server) -> dict[str, str]:
    """Where the rows with nasty text are."""
    found = {}
    for name, data in (("customer", CUSTOMER), ("invoice", INVOICE)):
        content = json.dumps(data).encode()
        status, headers, _ = send(running, "POST", f"/{name}s", "json", content)
        assert status == 201
        found[f"/written/{name}"] = headers["Location"]
    return found


@pytest.fixture
def documents(path: str, running: Server, written: dict[str, str]) -> tuple[Any, bytes]:
    """The document at the path as data, from JSON, and in XML."""
    found = []
    for format in ("json", "xml"):
        if path == "/invalid":
            content = b'{"nonsense": 1, "<b>": "\\ud83d\\ude00"}'
            answer = send(running, "POST", f"/customers?format={format}", format, content)
        else:
            answer = send(running, "GET", written.get(path, path), format)
        found.append(answer[2])
    return json.loads(found[0]), found[1]


def send(
    server: Server, method: str, path: str, format: str, content: bytes | None = None
) -> tuple[int, Any, bytes]:
    fields = {"Accept": f"application/{format}", "X-Request-Id": "the-same"}  # problems repeat it
    if content is not None:
        fields["Content-Type"] = "application/json"
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.request(method, path, content, fields)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()


@needs("xmllint")
def test_xmllint_reads_it(documents):
    done = subprocess.run(
        ["xmllint", "--noout", "--nonet", "-"], input=documents[1], capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


@needs("java")
def test_java_reads_what_json_says(path, documents):
    data, content = documents
    done = subprocess.run(
        ["java", PROGRAM], input=content, capture_output=True, check=True, timeout=60
    )
    root, items = DOCUMENTS[path]
    expected = dict(leaves(data, root, items))
    found = dict(line.split("\t", 1) for line in done.stdout.decode().split("\n")[:-1])
    assert found == expected
    assert [*found] == [*expected]


def leaves(data: Any, path: str, items: dict[str, str]) -> Iterator[tuple[str, str]]:
    """What Read.java prints of the data, a pair for each line."""
    name = path.rpartition("/")[2].partition("[")[0]
    if isinstance(data, dict) and data:
        for place, (member, value) in enumerate(data.items()):
            yield from leaves(value, f"{path}/{member}[{place}]", items)
    elif isinstance(data, list) and data:
        for place, value in enumerate(data):
            yield from leaves(value, f"{path}/{items[name]}[{place}]", items)
    elif data is None:
        yield path, "\\N"
    else:
        text = "" if data in ([], {}) else str(data)
        yield path, text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
