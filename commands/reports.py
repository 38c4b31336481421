"""Commands that tell about the server. They get what makes the application from `run.py`."""

from collections.abc import Callable
from typing import Any

import click

from commands.common import database_option, settings_from


@click.command()
@database_option
@click.pass_obj
def routes(create_app: Callable[..., Any], **options: Any) -> None:
    """List the routes: methods, path and view."""
    from exchange.report import print_routes

    print_routes(create_app(settings_from(**options)))


@click.command()
@database_option
@click.argument("method")
@click.argument("target")
@click.option("-H", "--header", "headers", multiple=True, metavar="'NAME: VALUE'")
@click.pass_obj
def explain(
    create_app: Callable[..., Any],
    method: str,
    target: str,
    headers: tuple[str, ...],
    **options: Any,
) -> None:
    """Tell how the server decides on a request. Nothing is read or written."""
    from exchange.report import print_decision

    fields = [tuple(part.strip() for part in header.partition(":")[::2]) for header in headers]
    print_decision(create_app(settings_from(**options)), method, target, fields)
