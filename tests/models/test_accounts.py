"""Tokens and attempts: what is remembered, and what ends it."""

from time import time

import pytest

from models import Accounts
from models.attempts import attempts
from models.session import connection
from models.token import issue_key, revoke
from models.user import users
from tests.people import add_people, token_of


@pytest.fixture
def accounts(bare):
    add_people(bare)
    return Accounts(bare)


def issued(accounts, name="writer"):
    with accounts._database.unit(write=True):
        return token_of(name)


def test_a_token_that_is_known_is_not_looked_up(accounts, monkeypatch):
    token = issued(accounts)
    first = accounts.of_token(token)
    monkeypatch.setattr("models.accounts.find_token", lambda digest: pytest.fail("looked up"))
    assert accounts.of_token(token) is first


def test_writes_elsewhere_forget_no_tokens_and_tokens_forget_no_rows(accounts):
    of = accounts._database.generation_of
    before = of(("tokens", "users")), of(("customers",))
    accounts.attempt(["k"], 3, 60)
    assert (of(("tokens", "users")), of(("customers",))) == before
    issued(accounts)
    assert of(("customers",)) == before[1]
    assert of(("tokens", "users")) != before[0]


def test_what_is_remembered_is_bounded(accounts, monkeypatch):
    monkeypatch.setattr("models.accounts._MOST", 3)
    every = [issued(accounts) for _ in range(7)]
    for _ in range(2):
        assert all(accounts.of_token(token) for token in every)
        assert len(accounts._known) <= 3


def test_nothing_is_remembered_of_who_has_no_token(accounts):
    for number in range(10):
        assert accounts.of_token(f"nonsense {number}") is None
    assert accounts._known == {}


def test_a_role_is_the_lower_of_the_users_and_the_tokens(accounts):
    with accounts._database.unit(write=True):
        key = issue_key("admin", "writer", "")
    assert accounts.of_token(key).role == "writer"
    with accounts._database.unit(write=True):
        connection().execute(users.update().where(users.c.name == "admin").values(role="reader"))
    assert accounts.of_token(key).role == "reader"


def test_a_revoked_token_is_nobodys(accounts):
    token = issued(accounts)
    digest = accounts.of_token(token).proof
    with accounts._database.unit(write=True):
        revoke(digest)
    assert accounts.of_token(token) is None


def test_attempts_of_the_past_are_not_kept(accounts, monkeypatch):
    for number in range(5):
        assert accounts.attempt([f"key {number}"], 3, 60) == 0
    later = time() + 61
    monkeypatch.setattr("models.attempts.time", lambda: later)
    accounts.attempt(["another"], 3, 60)
    with accounts._database.unit(write=False):
        assert connection().scalars(attempts.select()).all() == ["another"]


def test_who_waits_is_not_counted(accounts):
    assert [accounts.attempt(["a", "b"], 2, 60) > 0 for _ in range(4)] == [False, False, True, True]
    accounts.forgive(["a", "b"])
    assert accounts.attempt(["a", "b"], 2, 60) == 0
    assert 0 < accounts.attempt(["a", "c"], 2, 60) <= 60
    assert accounts.attempt(["c"], 1, 60) == 0
