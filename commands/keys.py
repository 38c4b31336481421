"""Commands about keys: tokens that do not expire, for machines."""

from typing import Any

import click

from commands.common import database_option, unit
from commands.users import ROLES


@click.group()
def key() -> None:
    """Keys: tokens that do not expire, for machines."""


@key.command("add")
@database_option
@click.argument("name")
@click.option("--label", default="", help="what it is for")
@click.option("--role", type=ROLES, help="lower than that of the user")
def add(name: str, label: str, role: str | None, **options: Any) -> None:
    """Make a key for a user, and show it, once."""
    from models.token import issue_key

    with unit(write=True, **options):
        made = issue_key(name, role, label)
    click.echo(made)


@key.command("list")
@database_option
def list_all(**options: Any) -> None:
    """List the keys: id, user, role, label."""
    from models.token import list_keys

    with unit(write=False, **options):
        for row in list_keys():
            click.echo(f"{row['id']}\t{row['owner']}\t{row['role']}\t{row['label']}")


@key.command("remove")
@database_option
@click.argument("id")
def remove(id: str, **options: Any) -> None:
    """Revoke a key, by its id."""
    from models.token import remove_key

    with unit(write=True, **options):
        remove_key(id)
    click.echo(f"{id} is revoked")
