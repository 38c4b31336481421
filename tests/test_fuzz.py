"""Each target of the fuzzer, for a few seconds; `make fuzz` gives it minutes."""

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT, free_port, start_server, stop
from tests.databases import sample_database

SECONDS = os.environ.get("FUZZ_SECONDS", "5")
TARGETS = ("fields", "json", "xml", "typed-xml", "msgpack", "patches", "query", "http")


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_nothing_is_found(target, tmp_path):
    pytest.importorskip("atheris", reason="atheris is not installed")
    running = start_server(sample_database(tmp_path / "parley.db", 2), free_port())
    command = [sys.executable, "-m", "tests.fuzz", target, SECONDS, str(tmp_path), running.url]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    finally:
        stop(running)
    assert done.returncode == 0, done.stderr[-3000:]
