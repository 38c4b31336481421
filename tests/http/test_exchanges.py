"""The exchanges in the YAML files beside this one, against a real server.

They need nothing but the sample data, so `gabbi-run` sends them to any deployment too.
"""

from pathlib import Path

import pytest
from gabbi.driver import py_test_generator, test_pytest  # noqa: F401  collected here

from tests.conftest import PORT
from tests.http.xpaths import XPathHandler


@pytest.fixture(autouse=True, scope="session")
def _running(server):
    """The server listens on PORT before the first exchange."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    py_test_generator(
        str(Path(__file__).parent),
        host="127.0.0.1",
        port=PORT,
        metafunc=metafunc,
        test_loader_name=__name__,
        response_handlers=[XPathHandler],
    )
