"""Fixtures: a client for each format, on the sample rows or on empty tables."""

from pathlib import Path

import pytest

from exchange.settings import Settings
from models import Database
from run import create_app
from tests.resources.wire import FORMATS, Format, Wire


@pytest.fixture(params=FORMATS, ids=lambda format: format.name)
def format(request: pytest.FixtureRequest) -> Format:
    return request.param


@pytest.fixture
def wire(client, format: Format) -> Wire:
    """Speaks the format, to the sample rows."""
    return Wire(client, format)


@pytest.fixture
def empty(tmp_path: Path, format: Format):
    """Speaks the format, to tables without rows."""
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    database = Database(url)
    database.create()
    database.close()
    app = create_app(Settings(database_url=url, open_writes=True))
    yield Wire(app.test_client(), format)
    app.database.close()
