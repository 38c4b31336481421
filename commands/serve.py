"""The command that serves."""

import os
from collections.abc import Callable
from functools import reduce
from tempfile import TemporaryDirectory
from typing import Any

import click

from commands.common import database_option, opened, refuse_empty, settings_from
from commands.database import embed
from exchange.settings import EMBEDDED, Settings

SERVING = (
    database_option,
    click.option("--host"),
    click.option("--port", type=int),
    click.option("--workers", type=int, help="processes"),
    click.option("--threads", type=int, help="threads of each process, at least 4"),
    click.option("--task-threads", type=int, help="threads of each process that do tasks"),
)
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # where processes share what they count
OPEN_WRITES = "WARNING: open_writes is set: whoever reaches this server may change everything."
NO_USERS = "Nobody may write yet: python run.py user add NAME --role writer"


def serving(command: Any) -> Any:
    """The command, with every option of a server."""
    return reduce(lambda decorated, option: option(decorated), reversed(SERVING), command)


@click.command()
@serving
@click.pass_obj
def serve(create_app: Callable[..., Any], **options: Any) -> None:
    """Serve. The embedded database is made and filled first, if there is none."""
    settings = settings_from(**options)
    if settings.database_url == EMBEDDED:
        embed(settings)
    with opened(settings) as database:
        refuse_empty(database)
        _warn(settings, database)
    _check(create_app, settings)
    _serve(settings)


def _warn(settings: Settings, database: Any) -> None:
    from models.user import list_users

    if settings.open_writes:
        click.secho(OPEN_WRITES, fg="red", bold=True)
        return
    with database.unit(write=False):
        if not list_users():
            click.echo(NO_USERS)


def _check(create_app: Callable[..., Any], settings: Settings) -> None:
    """What is wrong with a vocabulary would be met in each process again."""
    try:
        from exchange.report import check_vocabularies

        check_vocabularies(create_app(settings))
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
