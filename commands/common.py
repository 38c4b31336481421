"""What commands share: the settings in force, and the database that they name."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from devices import DRIVERS, Cameras
from exchange.settings import Settings

MAKE_THEM = "make them: python run.py init --database URL"
database_option = click.option("--database", "database_url", metavar="URL", help="SQLAlchemy URL")


def settings_from(**options: Any) -> Settings:
    """The settings in force, or the end of the program with a word on what is wrong."""
    try:
        settings = Settings.load(os.environ, **options)
        Cameras(settings.cameras, DRIVERS)  # what is wrong with them is said before anything starts
        return settings
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
        raise click.ClickException(f"configuration: {'; '.join(faults)}") from error
    except (ValueError, OSError) as error:
        raise click.ClickException(f"configuration: {error}") from error


@contextmanager
def opened(settings: Settings, *, create: bool = False) -> Iterator[Any]:
    """The database, closed at the end; only with `create` may it be a file that is not there. What
    is wrong with it ends the program with a word."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import SQLAlchemyError

    from models import Database

    try:
        url = make_url(settings.database_url)
        is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
        if is_file and not create and not Path(str(url.database)).exists():
            raise click.ClickException(f"there is no database {url.database}; {MAKE_THEM}")
        database = Database(settings.database_url)
        try:
            yield database
        finally:
            database.close()
    except (SQLAlchemyError, ImportError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise click.ClickException(f"database: {reason}") from error


@contextmanager
def unit(*, write: bool, **options: Any) -> Iterator[None]:
    """A unit of work on the database; what the models refuse ends the program with a word."""
    from models import ModelError

    with opened(settings_from(**options)) as database:
        refuse_empty(database)
        try:
            with database.unit(write=write):
                yield
        except ModelError as error:
            raise click.ClickException(str(error)) from error


def refuse_empty(database: Any) -> None:
    """Ends the program with a word if tables are missing."""
    if not database.has_tables():
        raise click.ClickException(f"the database has not all tables; {MAKE_THEM}")
