"""The command that does tasks, in a process of its own."""

from collections.abc import Callable
from typing import Any

import click

from commands.common import database_option, opened, refuse_empty, settings_from


@click.command()
@database_option
@click.option("--task-threads", type=int, help="threads that do tasks")
@click.option("--metrics-port", type=int, help="where Prometheus reads what this process counts")
@click.pass_obj
def worker(create_app: Callable[..., Any], **options: Any) -> None:
    """Do the tasks that are queued, until SIGTERM or Ctrl-C; any number of these may run."""
    from exchange.log import take_over
    from work import works
    from work.worker import work_until_stopped

    settings = settings_from(**options)
    with opened(settings) as database:
        refuse_empty(database)
    click.echo("Parley does tasks")
    app = create_app(settings)
    take_over(app.logger)
    if settings.metrics_port:
        app.observer.metrics.serve(settings.host, settings.metrics_port)
    work_until_stopped(app, works(settings))
