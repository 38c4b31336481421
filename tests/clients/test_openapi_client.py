"""A client that openapi-python-client generates from /openapi.json reads and changes a customer."""

import importlib
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.conftest import Server, free_port, start_server, stop
from tests.databases import sample_database

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    database = sample_database(tmp_path_factory.mktemp("openapi") / "parley.db")
    server = start_server(database, free_port())
    yield server
    stop(server)


@pytest.fixture(scope="module")
def generated(running: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The modules of the client, made of what the server says of itself."""
    folder = tmp_path_factory.mktemp("client")
    with urllib.request.urlopen(f"{running.url}/openapi.json") as answer:
        (folder / "openapi.json").write_bytes(answer.read())
    command = [Path(sys.executable).parent / "openapi-python-client", "generate"]
    options = ["--path", "openapi.json", "--output-path", "made", "--meta", "none"]
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"  # where ruff is
    subprocess.run(
        [*command, *options], cwd=folder, env={"PATH": path}, check=True, stdout=subprocess.DEVNULL
    )
    sys.path.insert(0, str(folder))
    names = ("list_customers", "show_customer", "change_customer_put", "create_customer")
    api = {name: importlib.import_module(f"made.api.customers.{name}") for name in names}
    models = importlib.import_module("made.models")
    connection = importlib.import_module("made").Client(base_url=running.url)
    sys.path.remove(str(folder))
    with connection as client:
        yield SimpleNamespace(**api, models=models, client=client)


def test_it_reads_the_pages(generated):
    page = generated.list_customers.sync(client=generated.client, per_page=7, countrynull=False)
    assert isinstance(page, generated.models.Customers)
    assert len(page.items) == 7
    assert {type(each) for each in page.items} == {generated.models.Customer}


def test_it_changes_a_customer_and_reads_it_again(generated):
    customer = generated.show_customer.sync(1, client=generated.client)
    changed = generated.models.CustomerInput.from_dict(customer.to_dict() | {"phone": "+1 é"})
    written = generated.change_customer_put.sync(1, client=generated.client, body=changed)
    assert written.phone == "+1 é"
    read = generated.show_customer.sync(1, client=generated.client)
    assert read == written
    assert read.first == customer.first


def test_it_makes_a_customer(generated):
    new = generated.models.CustomerInput(first="Zoë", last="Å", email="zoe@example.org")
    made = generated.create_customer.sync_detailed(client=generated.client, body=new)
    assert made.status_code == 201
    assert generated.show_customer.sync(made.parsed.id, client=generated.client) == made.parsed
    again = generated.create_customer.sync(client=generated.client, body=new)
    assert isinstance(again, generated.models.Problem)
    assert (again.status, [each.pointer for each in again.errors]) == (409, ["/email"])
