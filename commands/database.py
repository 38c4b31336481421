"""Commands that make a database and fill it."""

import sys
from pathlib import Path
from typing import Any

import click

from commands.common import database_option, opened, refuse_empty, settings_from
from exchange.settings import EMBEDDED, Settings

EMBEDDED_FILE = Path(EMBEDDED.removeprefix("sqlite:///"))


@click.command()
@database_option
def init(**options: Any) -> None:
    """Create the tables that are missing."""
    settings = settings_from(**options)
    if settings.database_url == EMBEDDED:
        EMBEDDED_FILE.parent.mkdir(exist_ok=True)
    with opened(settings, create=True) as database:
        database.create()
    click.echo("the tables are there; who may write: python run.py user add NAME --role writer")


@click.command()
@database_option
@click.option("--customers", default=100, show_default=True, type=click.IntRange(1))
def sample(customers: int, **options: Any) -> None:
    """Fill empty tables with sample rows, the same each time."""
    with opened(settings_from(**options)) as database:
        refuse_empty(database)
        _fill(database, customers)


def embed(settings: Settings) -> None:
    """Makes the embedded database, whole or not at all: half of one would be taken for it."""
    if EMBEDDED_FILE.exists() and EMBEDDED_FILE.stat().st_size:
        with opened(Settings(database_url=EMBEDDED)) as database:
            database.create()  # what an earlier version of this program did not have
        return
    EMBEDDED_FILE.parent.mkdir(exist_ok=True)
    new = EMBEDDED_FILE.with_suffix(".new")
    for left in (*new.parent.glob(f"{new.name}*"), *new.parent.glob(f"{EMBEDDED_FILE.name}-*")):
        left.unlink()  # a log of another file would be taken for one of the new
    with opened(Settings(database_url=f"sqlite:///{new}"), create=True) as database:
        database.create()
        _fill(database, 100)
        password, token = _make_admin(database, settings.token_seconds)
    new.replace(EMBEDDED_FILE)
    _show_admin(settings, password, token)


def _make_admin(database: Any, seconds: int) -> tuple[str, str]:
    """The password and a first token of a user that can do everything."""
    from secrets import token_urlsafe

    from models.token import Holder, issue_token
    from models.user import add_user, look_up

    password = token_urlsafe(12)
    with database.unit(write=True):
        add_user("admin", "admin", password)
        role, hash = look_up("admin") or ("", "")
        return password, issue_token(Holder("admin", role, hash), seconds)


def _show_admin(settings: Settings, password: str, token: str) -> None:
    where = f"http://{settings.host}:{settings.port}"
    click.echo(f"""
The user "admin" may do everything. This is shown once:
  password  {password}
For curl, for the next {settings.token_seconds // 60} minutes:
  TOKEN={token}
and then another token:
  curl -X POST -u admin {where}/tokens
""")


def _fill(database: Any, customers: int) -> None:
    from models.sample import fill

    with click.progressbar(length=customers, label="sample", file=sys.stderr) as bar:
        try:
            for made in fill(database, customers):
                bar.update(made)
        except ValueError as error:
            raise click.ClickException(str(error)) from error
