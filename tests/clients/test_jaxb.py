"""Classes that JAXB's xjc generates from our XSD read what the server sends and write it back."""

import json
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Server, free_port, start_server, stop
from tests.databases import sample_database

HERE = Path(__file__).parent
JARS = ":".join(
    f"/usr/share/java/{name}.jar" for name in ("jaxb-api", "jaxb-runtime", "activation")
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which("xjc") and shutil.which("javac")),
        reason="xjc (jaxb) and javac (default-jdk-headless) are not installed",
    ),
]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Server]:
    server = start_server(sample_database(tmp_path / "parley.db"), free_port())
    yield server
    stop(server)


def get(server: Server, path: str) -> Any:
    with urllib.request.urlopen(server.url + path) as answer:
        return json.load(answer)


@pytest.fixture
def program(running: Server, tmp_path: Path) -> Path:
    """The folder of the program, compiled with classes from the schema that the server has."""
    with urllib.request.urlopen(f"{running.url}/schemas/invoices.xsd") as answer:
        (tmp_path / "invoices.xsd").write_bytes(answer.read())
    options = ["-quiet", "-d", tmp_path, "-p", "generated", "-b", HERE / "bindings.xjb"]
    subprocess.run(["xjc", *options, "invoices.xsd"], cwd=tmp_path, check=True)
    sources = [HERE / "Change.java", *(tmp_path / "generated").glob("*.java")]
    subprocess.run(["javac", "-nowarn", "-cp", JARS, "-d", tmp_path, *sources], check=True)
    return tmp_path


def told(row: Any) -> str:
    """What the program prints of an invoice."""
    number = "null" if row["number"] is None else row["number"]
    lines = "".join(f" {each['quantity']}x{each['unit_price']}" for each in row["items"])
    return f"{row['id']} {row['total']} {number}{lines}"


def test_java_reads_every_row_changes_two_and_writes_them_back(running, program):
    rows = get(running, "/invoices?per_page=100")["items"]
    draft = next(row for row in rows if row["status"] == "draft" and row["items"])
    before = get(running, "/customers/1")
    done = subprocess.run(
        ["java", f"-Ddraft={draft['id']}", "-cp", f"{program}:{JARS}", "Change", running.url],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert done.stdout.splitlines() == [*(told(row) for row in rows for _ in "ab"), "200", "200"]
    after = get(running, "/customers/1")
    assert after | {"updated_at": 0} == before | {
        "phone": "+1 <&> é",
        "company": None,
        "updated_at": 0,
    }
    line = get(running, f"/invoices/{draft['id']}")["items"][0]
    assert (line["unit_price"], line["quantity"], line["amount"]) == ("0.10", 3, "0.30")
