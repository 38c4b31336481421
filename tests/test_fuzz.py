"""Each target of the fuzzer, for a few seconds; `make fuzz` gives it minutes."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT

TARGETS = ("fields", "json", "xml", "typed-xml", "msgpack", "patches", "query", "http")


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_nothing_is_found_in_seconds(target):
    pytest.importorskip("atheris", reason="atheris is not installed")
    command = [sys.executable, "-m", "tests.fuzz", target, "10"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
