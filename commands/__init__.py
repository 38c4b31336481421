"""The command line: one module for each kind of command, and its commands in this tuple."""

from typing import Any

import click

from commands import database, keys, reports, serve, users, worker

COMMANDS = (
    serve.serve,
    worker.worker,
    database.init,
    database.sample,
    users.user,
    keys.key,
    reports.routes,
    reports.explain,
)


@click.group(invoke_without_command=True)
@serve.serving
@click.pass_context
def main(context: click.Context, **options: Any) -> None:
    """One API server that speaks JSON and XML. Without a command: serve."""
    if context.invoked_subcommand is None:
        context.invoke(serve.serve, **options)
    elif any(options.values()):
        raise click.UsageError(f"options go behind {context.invoked_subcommand}")


for command in COMMANDS:
    main.add_command(command)
