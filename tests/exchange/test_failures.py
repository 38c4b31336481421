"""What happens when something breaks: the client gets a problem, the log a traceback, the database
nothing by halves."""

import sqlite3

import pytest
from lxml import etree

from exchange.state import mark
from models import Customer, Database, save
from representations.base import Shape
from tests.exchange.test_log import logged

PERSON = {"first": "Ada", "last": "Lovelace", "email": "ada@example.com"}
FORMATS = ("application/json", "application/xml")


@pytest.fixture
def database_url(tmp_path, sample_file):
    """SQLite alone: what is tested here does not depend on the database."""
    copy = tmp_path / "parley.db"
    copy.write_bytes(sample_file.read_bytes())
    return f"sqlite:///{copy}"


def problem(answer) -> dict[str, str]:
    """The members of the problem, from either format."""
    if answer.mimetype == "application/problem+json":
        return {name: str(value) for name, value in answer.json.items()}
    assert answer.mimetype == "application/problem+xml"
    return {etree.QName(child).localname: child.text for child in etree.fromstring(answer.data)}


@pytest.mark.parametrize("accept", FORMATS)
def test_a_fault_is_logged_with_its_traceback_and_told_without(app, capfd, accept):
    app.access.needs["broken"] = {"GET": "anyone"}

    @app.get("/broken")
    def broken():
        raise RuntimeError("the secret of the house")

    answer = app.test_client().get("/broken", headers={"Accept": accept})
    assert answer.status_code == 500
    assert problem(answer)["status"] == "500"
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    told, line = logged(capfd)
    assert told["level"] == "error"
    assert "the secret of the house" in told["exception"]
    assert "Traceback" in told["exception"]
    assert told["request_id"] == line["request_id"] == answer.headers["X-Request-Id"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("accept", FORMATS)
def test_an_answer_that_cannot_be_encoded_undoes_its_write(app, accept):
    app.access.needs["half"] = {"POST": "writer"}

    @app.post("/half")
    def half():
        made = save(Customer(), Customer.accept(PERSON)).to_dict()
        return {"id": made["id"], "unspeakable": object()}

    mark(app.view_functions["half"], shape=Shape("half"))
    client = app.test_client()
    before = client.get("/customers").json["total"]
    assert client.post("/half", headers={"Accept": accept}).status_code == 500
    assert client.get("/customers").json["total"] == before


@pytest.mark.parametrize("accept", FORMATS)
def test_a_database_that_is_down_is_a_503_that_says_when_to_come_back(app, tmp_path, accept):
    app.database = Database(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}")
    answer = app.test_client().get("/customers/1", headers={"Accept": accept})
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "folder.db" not in answer.text


def test_a_write_that_waits_too_long_for_another_is_a_503(app, tmp_path, monkeypatch):
    monkeypatch.setattr("models.database.SQLITE", ("PRAGMA busy_timeout=50",))
    blocker = sqlite3.connect(tmp_path / "parley.db", isolation_level=None)
    try:
        blocker.execute("BEGIN IMMEDIATE")
        answer = app.test_client().post("/customers", json=PERSON)
        assert answer.status_code == 503
        blocker.execute("ROLLBACK")
        assert app.test_client().post("/customers", json=PERSON).status_code == 201
    finally:
        blocker.close()


def test_a_constraint_that_only_the_database_sees_is_a_409(app, monkeypatch):
    monkeypatch.setattr("models.rows._check_unique", lambda row, data: None)
    client = app.test_client()
    assert client.post("/customers", json=PERSON).status_code == 201
    assert client.post("/customers", json=PERSON).status_code == 409
