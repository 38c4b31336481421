"""schemathesis asks the server for all that /openapi.json says, in both formats, and finds nothing.

Its checks are all on. What it cannot know is in schemathesis.toml and schemathesis_hooks.py.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from werkzeug.serving import make_server

from exchange.settings import Settings
from run import create_app
from tests.conftest import ROOT, free_port, start_server, stop
from tests.databases import sample_database

HERE = Path(__file__).parent
SECONDS = 60  # that it asks at most
ASKS_MUCH = {
    "PARLEY_MAX_PARAMETERS": "1000",
    "PARLEY_MAX_QUERY": "60000",
}  # of every filter at once
pytestmark = pytest.mark.slow


def ask(url: str, folder: Path, *options: str, seconds: int = SECONDS) -> tuple[int, str]:
    """Whether it found something (1), and what it says."""
    program = Path(sys.executable).parent / "schemathesis"
    settings = ["--config-file", HERE / "schemathesis.toml"]
    bounds = ["--max-examples", "5", "--max-time", str(seconds), "--no-color"]
    hooks = {"SCHEMATHESIS_HOOKS": "schemathesis_hooks", "PYTHONPATH": f"{HERE}:{ROOT}"}
    done = subprocess.run(
        [program, *settings, "run", f"{url}/openapi.json", *bounds, *options],
        cwd=folder,
        env=os.environ | hooks,
        capture_output=True,
        text=True,
        timeout=seconds + 60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("phases", ["examples,coverage,fuzzing", "stateful"])
def test_it_finds_nothing(tmp_path, phases):
    server = start_server(sample_database(tmp_path / "parley.db"), free_port(), **ASKS_MUCH)
    status, said = ask(server.url, tmp_path, "--phases", phases)
    stop(server)
    assert status == 0, said
    assert "errored" not in said, said  # what it could not ask


def wrong_type(app: Any) -> None:
    app.openapi["components"]["schemas"]["product"]["properties"]["name"] = {"type": "integer"}


def unlisted_status(app: Any) -> None:
    del app.openapi["paths"]["/products/{id}"]["get"]["responses"]["404"]


def unlisted_media_type(app: Any) -> None:
    found = app.openapi["paths"]["/products/{id}"]["get"]["responses"]["200"]
    del found["content"]["application/json"]


def crash(app: Any) -> None:
    def fail(id: int) -> None:
        raise RuntimeError

    shown = app.view_functions["products.show_product"]
    app.view_functions["products.show_product"] = wraps(shown)(fail)


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[Callable[[Any], str]]:
    """The URL of a server with a fault."""
    url = f"sqlite:///{sample_database(tmp_path / 'parley.db')}"
    app = create_app(Settings(database_url=url, open_writes=True, rate_limits="off"))
    server = make_server("127.0.0.1", free_port(), app)
    thread = Thread(target=server.serve_forever)

    def serve(plant: Callable[[Any], None]) -> str:
        plant(app)
        thread.start()
        return f"http://127.0.0.1:{server.port}"

    yield serve
    server.shutdown()
    thread.join()
    server.server_close()
    app.database.close()


@pytest.mark.parametrize(
    ("plant", "found"),
    [
        (wrong_type, "Response violates schema"),
        (unlisted_status, "Undocumented status code"),
        (unlisted_media_type, "Undocumented Content-Type"),
        (crash, "Server error"),
    ],
)
def test_it_finds_what_is_planted(tmp_path, faulty, plant, found):
    only = ("--include-operation-id", "show_product")
    status, said = ask(faulty(plant), tmp_path, *only, seconds=10)
    assert status == 1
    assert found in said
