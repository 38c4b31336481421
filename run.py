"""Parley: the application, and the command line. The only file that imports everything."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import reduce
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from pydantic import ValidationError

from exchange.settings import EMBEDDED, Settings

MAKE_THEM = "make them: python run.py init --database URL"
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # where processes share what they count
EMBEDDED_FILE = Path(EMBEDDED.removeprefix("sqlite:///"))


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
    database = models.Database(settings.database_url, settings.threads)
    app = Api(__name__, settings, database, errors)
    for blueprint in (*BLUEPRINTS, problems.blueprint):
        app.register_blueprint(blueprint)
    return app


def create_gateway() -> Any:
    """The ASGI application that a process serves."""
    from exchange.log import take_over
    from serving.gateway import Gateway
    from serving.server import end_with_parent

    end_with_parent()
    settings = Settings.load(os.environ)
    app = create_app(settings)
    take_over(app.logger)
    return Gateway(app, settings)


def __getattr__(name: str) -> Any:
    """`run:app`, made when a WSGI server asks for it."""
    if name == "app":
        return create_app()
    raise AttributeError(name)


def settings_from(**options: Any) -> Settings:
    """The settings in force, or the end of the program with a word on what is wrong."""
    try:
        return Settings.load(os.environ, **options)
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
        raise click.ClickException(f"configuration: {'; '.join(faults)}") from error
    except (ValueError, OSError) as error:
        raise click.ClickException(f"configuration: {error}") from error


database_option = click.option("--database", "database_url", metavar="URL", help="SQLAlchemy URL")
SERVING = (
    database_option,
    click.option("--host"),
    click.option("--port", type=int),
    click.option("--workers", type=int, help="processes"),
    click.option("--threads", type=int, help="threads of each process, at least 4"),
)


def serving(command: Any) -> Any:
    """The command, with every option of a server."""
    return reduce(lambda decorated, option: option(decorated), reversed(SERVING), command)


@click.group(invoke_without_command=True)
@serving
@click.pass_context
def main(context: click.Context, **options: Any) -> None:
    """One API server that speaks JSON and XML. Without a command: serve."""
    if context.invoked_subcommand is None:
        context.invoke(serve, **options)
    elif any(options.values()):
        raise click.UsageError(f"options go behind {context.invoked_subcommand}")


@main.command()
@serving
def serve(**options: Any) -> None:
    """Serve. The embedded database is made and filled first, if there is none."""
    settings = settings_from(**options)
    if settings.database_url == EMBEDDED:
        _embed()
    with _opened(settings) as database:
        _refuse_empty(database)
    _serve(settings)


@main.command()
@database_option
def init(**options: Any) -> None:
    """Create the tables that are missing."""
    settings = settings_from(**options)
    if settings.database_url == EMBEDDED:
        EMBEDDED_FILE.parent.mkdir(exist_ok=True)
    with _opened(settings, create=True) as database:
        database.create()
    click.echo("the tables are there")


@main.command()
@database_option
@click.option("--customers", default=100, show_default=True, type=click.IntRange(1))
def sample(customers: int, **options: Any) -> None:
    """Fill empty tables with sample rows, the same each time."""
    with _opened(settings_from(**options)) as database:
        _refuse_empty(database)
        _fill(database, customers)


@main.command()
@database_option
def routes(**options: Any) -> None:
    """List the routes: methods, path and view."""
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
    """Makes the embedded database, whole or not at all: half of one would be taken for it."""
    if EMBEDDED_FILE.exists() and EMBEDDED_FILE.stat().st_size:
        with _opened(Settings(database_url=EMBEDDED)) as database:
            database.create()  # what an earlier version of this program did not have
        return
    EMBEDDED_FILE.parent.mkdir(exist_ok=True)
    new = EMBEDDED_FILE.with_suffix(".new")
    for left in (*new.parent.glob(f"{new.name}*"), *new.parent.glob(f"{EMBEDDED_FILE.name}-*")):
        left.unlink()  # a log of another file would be taken for one of the new
    with _opened(Settings(database_url=f"sqlite:///{new}"), create=True) as database:
        database.create()
        _fill(database, 100)
    new.replace(EMBEDDED_FILE)


@contextmanager
def _opened(settings: Settings, *, create: bool = False) -> Iterator[Any]:
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


def _refuse_empty(database: Any) -> None:
    if not database.has_tables():
        raise click.ClickException(f"the database has not all tables; {MAKE_THEM}")


def _fill(database: Any, customers: int) -> None:
    from models.sample import fill

    with click.progressbar(length=customers, label="sample", file=sys.stderr) as bar:
        try:
            for made in fill(database, customers):
                bar.update(made)
        except ValueError as error:
            raise click.ClickException(str(error)) from error


def _serve(settings: Settings) -> None:
    from serving.server import listen, serve

    try:
        listening = listen(settings.host, settings.port)
    except OSError as error:
        raise click.ClickException(f"{settings.host}:{settings.port}: {error.strerror}") from error
    os.environ |= settings.environment()
    click.echo(f"Parley on http://{settings.host}:{settings.port}/")
    with TemporaryDirectory(prefix="parley-") as folder:
        os.environ[METRICS_FOLDER] = folder
        serve("run:create_gateway", settings, listening)


if __name__ == "__main__":
    main()
