"""The exchanges in the YAML files beside this one, against a real server.

They need nothing but the sample data, so `gabbi-run` sends them to any deployment too. An exchange
may use what those before it in its file were answered; alone, it has them sent first.

gabbi's own `py_test_generator` is not used: its plugin takes every test of the project whose id has
a colon for one of its own, and ends the run with a KeyError.
"""

import unittest
from pathlib import Path

import pytest
from gabbi.driver import build_tests
from gabbi.reporter import PyTestResult

from tests.conftest import PORT
from tests.http.xpaths import XPathHandler


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    suites = build_tests(
        str(Path(__file__).parent),
        unittest.TestLoader(),
        host="127.0.0.1",
        port=PORT,
        test_loader_name=__name__,
        response_handlers=[XPathHandler],
    )
    exchanges = [exchange for suite in suites for exchange in suite]
    names = [f"{each.test_base_name}: {each.test_data['name']}" for each in exchanges]
    metafunc.parametrize("exchange", exchanges, ids=names)


def test_exchange(server, exchange):
    exchange(PyTestResult())
    assert exchange.has_run
