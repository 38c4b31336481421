"""Users and keys at the command line."""

import os
import subprocess

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from commands import main
from models import Accounts, Database
from models.session import connection
from models.token import tokens
from models.user import users
from run import create_app
from tests.test_run import clean, failed_clearly, run, url


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "parley.db"
    database = Database(url(path))
    database.create()
    database.close()
    return path


@pytest.fixture
def accounts(path):
    database = Database(url(path))
    yield Accounts(database)
    database.close()


def on(path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """As from a terminal, but in this process: what starts it is tested in test_run."""
    given = [*arguments, "--database", url(path)]
    runner = CliRunner(env=dict.fromkeys(os.environ.keys() - clean().keys()))
    done = runner.invoke(main, given, input=stdin, obj=create_app, catch_exceptions=False)
    return subprocess.CompletedProcess(given, done.exit_code, done.stdout, done.stderr)


def test_a_user_comes_changes_and_goes(path, accounts):
    assert on(path, "user", "add", "zoe", "--role", "writer", stdin="first pass\n").returncode == 0
    assert on(path, "user", "list").stdout == "zoe\twriter\n"
    assert accounts.of_password("zoe", "first pass").role == "writer"
    key = on(path, "key", "add", "zoe", "--label", "night job", "--role", "reader").stdout.strip()
    assert accounts.of_token(key).role == "reader"
    assert on(path, "user", "password", "zoe", stdin="second pass\n").returncode == 0
    assert accounts.of_password("zoe", "first pass") is None
    assert accounts.of_password("zoe", "second pass").name == "zoe"
    assert accounts.of_token(key) is None
    assert on(path, "user", "remove", "zoe").returncode == 0
    assert on(path, "user", "list").stdout == ""
    assert accounts.of_password("zoe", "second pass") is None


def test_a_generated_password_is_shown_and_not_kept(path, accounts):
    done = on(path, "user", "add", "zoe", "--role", "reader", "--generate")
    password = done.stdout.strip().rpartition(" ")[2]
    assert accounts.of_password("zoe", password).role == "reader"
    assert password.encode() not in path.read_bytes()


def test_keys_are_listed_and_revoked_by_their_id(path, accounts):
    on(path, "user", "add", "zoe", "--role", "writer", "--generate")
    keys = [on(path, "key", "add", "zoe", "--label", label).stdout.strip() for label in "ab"]
    listed = [line.split("\t") for line in on(path, "key", "list").stdout.splitlines()]
    assert {(owner, role, label) for _, owner, role, label in listed} == {
        ("zoe", "writer", "a"),
        ("zoe", "writer", "b"),
    }
    assert not [key for key in keys if key in str(listed)]
    (first,) = [id for id, *_, label in listed if label == "a"]
    assert on(path, "key", "remove", first).returncode == 0
    assert [accounts.of_token(key) is None for key in keys] == [True, False]


REFUSED = {
    "a short password": (["user", "add", "x", "--role", "reader"], "1234567\n"),
    "no password": (["user", "add", "x", "--role", "reader"], ""),
    "an unknown role": (["user", "add", "x", "--role", "king"], "long enough\n"),
    "no role": (["user", "add", "x"], "long enough\n"),
    "a name that cannot be": (["user", "add", "x\ty", "--role", "reader"], "long enough\n"),
    "a name that there is": (["user", "add", "zoe", "--role", "reader"], "long enough\n"),
    "nobody to remove": (["user", "remove", "nobody"], ""),
    "nobody's password": (["user", "password", "nobody"], "long enough\n"),
    "nobody's key": (["key", "add", "nobody"], ""),
    "a key that is more than its user": (["key", "add", "zoe", "--role", "admin"], ""),
    "no such key": (["key", "remove", "0"], ""),
}


@pytest.mark.parametrize(("arguments", "stdin"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_ends_with_a_word_and_changes_nothing(path, accounts, arguments, stdin):
    on(path, "user", "add", "zoe", "--role", "reader", stdin="long enough\n")
    done = on(path, *arguments, stdin=stdin)
    assert failed_clearly(done), done.stderr
    with accounts._database.unit(write=False):
        assert connection().scalars(select(users.c.name)).all() == ["zoe"]
        assert connection().scalars(select(tokens.c.digest)).all() == []
    assert accounts.of_password("zoe", "long enough")


def test_init_tells_how_to_add_a_user(tmp_path):
    assert "user add" in run("init", "--database", url(tmp_path / "new.db")).stdout
