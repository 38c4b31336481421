"""Parley: the application, and the command line. The only file that imports everything."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from exchange.settings import EMBEDDED, Settings


def create_app(settings: Settings | None = None) -> Any:
    """The WSGI application, by the settings given, else by those in the environment."""
    import models
    from exchange import problems
    from exchange.app import Api
    from resources import BLUEPRINTS

    settings = settings or Settings.load(os.environ)
    errors: Mapping[type[Exception], str] = {
        models.NotFound: "not-found",
        models.Invalid: "invalid",
        models.Unsearchable: "malformed",
        models.Conflict: "conflict",
        models.Busy: "unavailable",
    }
    app = Api(__name__, settings, models.Database(settings.database_url), errors)
    for blueprint in (*BLUEPRINTS, problems.blueprint):
        app.register_blueprint(blueprint)
    return app


def __getattr__(name: str) -> Any:
    """`run:app`, made when a WSGI server asks for it."""
    if name == "app":
        return create_app()
    raise AttributeError(name)


def settings_from(**options: Any) -> Settings:
    """The settings in force, or the end of the program with a word on what is wrong."""
    try:
        return Settings.load(os.environ, **options)
    except (ValidationError, ValueError, OSError) as error:
        raise click.ClickException(f"configuration: {error}") from error


database_option = click.option("--database", "database_url", metavar="URL", help="SQLAlchemy URL")


@click.group(invoke_without_command=True)
@click.pass_context
def main(context: click.Context) -> None:
    """One API server that speaks JSON and XML. Without a command: serve."""
    if context.invoked_subcommand is None:
        context.invoke(serve)


@main.command()
@database_option
@click.option("--host")
@click.option("--port", type=int)
@click.option("--workers", type=int, help="processes")
@click.option("--threads", type=int, help="threads of each process, at least 4")
def serve(**options: Any) -> None:
    """Serve. The embedded database is made and filled first, if there is none."""
    settings = settings_from(**options)
    if settings.database_url == EMBEDDED:
        _embed()
    elif not _database(settings).has_tables():
        raise click.ClickException("the database has no tables: python run.py init --database URL")
    os.environ |= settings.environment()
    click.echo(f"Parley on http://{settings.host}:{settings.port}/")
    _server(settings).serve()


@main.command()
@database_option
def init(**options: Any) -> None:
    """Create the tables that are missing."""
    _database(settings_from(**options)).create()


@main.command()
@database_option
@click.option("--customers", default=100, show_default=True, type=click.IntRange(1))
def sample(customers: int, **options: Any) -> None:
    """Fill empty tables with sample rows, the same each time."""
    _fill(_database(settings_from(**options)), customers)


@main.command()
@database_option
def routes(**options: Any) -> None:
    """List the routes and what they offer."""
    from exchange.report import print_routes

    print_routes(create_app(settings_from(**options)))


@main.command()
@database_option
@click.argument("method")
@click.argument("target")
@click.option("-H", "--header", "headers", multiple=True, metavar="'NAME: VALUE'")
def explain(method: str, target: str, headers: tuple[str, ...], **options: Any) -> None:
    """Tell how the server decides on a request. Nothing is read or written."""
    from exchange.report import print_decision

    fields = [tuple(part.strip() for part in header.partition(":")[::2]) for header in headers]
    print_decision(create_app(settings_from(**options)), method, target, fields)


def _embed() -> None:
    path = Path(EMBEDDED.removeprefix("sqlite:///"))
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        database = _database(Settings())
        database.create()
        _fill(database, 100)


def _database(settings: Settings) -> Any:
    from models import Database

    return Database(settings.database_url)


def _fill(database: Any, customers: int) -> None:
    from models.sample import fill

    with click.progressbar(length=customers, label="sample", file=sys.stderr) as bar:
        try:
            for made in fill(database, customers):
                bar.update(made)
        except ValueError as error:
            raise click.ClickException(str(error)) from error


def _server(settings: Settings) -> Any:
    from granian import Granian
    from granian.constants import Interfaces

    return Granian(
        "run:create_app",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=settings.threads,
        respawn_failed_workers=True,
        websockets=False,
    )


if __name__ == "__main__":
    main()
