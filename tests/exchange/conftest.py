"""Fixtures: a server that is closed to who has no credentials."""

import pytest

from exchange.settings import Settings
from models import Movie, save
from run import create_app
from tests.people import add_people


@pytest.fixture
def closed(database_url):
    """The application as it is unless somebody says otherwise: open to read, closed to write."""
    app = create_app(Settings(database_url=database_url))
    app.people = add_people(app.database)
    with app.database.unit(write=True):
        save(Movie(), {"camera_id": 1, "seconds": 1})
    yield app
    app.database.close()


@pytest.fixture
def shut(closed):
    """Closed to read, too."""
    app = create_app(closed.settings.model_copy(update={"open_reads": False}))
    app.people = closed.people
    yield app
    app.database.close()
