"""Fixtures: a browser of its own process, and the server that it looks at."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from models import Database
from tests.conftest import Server, free_port, start_server, stop
from tests.databases import sample_database
from tests.people import add_people

BINARIES = ("chromium", "chromedriver")  # Debian: chromium, chromium-driver
OPTIONS = (
    *("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1280,900"),
    *("--disable-background-networking", "--disable-component-update", "--no-first-run"),
)


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    """Chromium, which keeps a log of what it asks the network for."""
    absent = [name for name in BINARIES if not shutil.which(name)]
    if absent:
        pytest.skip(f"no {' and no '.join(absent)} on this machine")
    options = webdriver.ChromeOptions()
    for option in OPTIONS:
        options.add_argument(option)
    options.binary_location = shutil.which(BINARIES[0])
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which(BINARIES[1])))
    driver.set_page_load_timeout(30)
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """A server of its own on which who writes needs a token, and a writer's token."""
    yield from _server(tmp_path_factory.mktemp("closed"))


@pytest.fixture(scope="module")
def shut(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """One on which who reads needs it, too."""
    yield from _server(tmp_path_factory.mktemp("shut"), PARLEY_OPEN_READS="0")


def _server(folder: Path, **environment: str) -> Iterator[tuple[Server, str]]:
    path = sample_database(folder / "parley.db")
    database = Database(f"sqlite:///{path}")
    token = add_people(database)["writer"]
    database.close()
    given = {"PARLEY_OPEN_WRITES": "0", "PARLEY_CAMERAS": "1=test:2026"}
    server = start_server(path, free_port(), **given, **environment)
    yield server, token
    stop(server)
