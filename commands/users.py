"""Commands about users."""

import sys
from secrets import token_urlsafe
from typing import Any

import click

from commands.common import database_option, unit

ROLES = click.Choice(["reader", "writer", "admin"])
generate_option = click.option("--generate", is_flag=True, help="make a password and show it")


@click.group()
def user() -> None:
    """Users: who may get tokens. The password is asked for, or read from standard input."""


@user.command("add")
@database_option
@click.argument("name")
@click.option("--role", type=ROLES, required=True)
@generate_option
def add(name: str, role: str, generate: bool, **options: Any) -> None:
    """Add a user."""
    from models.user import add_user

    password = _password(generate)
    with unit(write=True, **options):
        add_user(name, role, password)
    _tell(f"{name} is a {role}", generate, password)


@user.command("list")
@database_option
def list_all(**options: Any) -> None:
    """List the users and their roles."""
    from models.user import list_users

    with unit(write=False, **options):
        for row in list_users():
            click.echo(f"{row['name']}\t{row['role']}")


@user.command("remove")
@database_option
@click.argument("name")
def remove(name: str, **options: Any) -> None:
    """Remove a user, with every token and key."""
    from models.user import remove_user

    with unit(write=True, **options):
        remove_user(name)
    click.echo(f"{name} is removed, with every token and key")


@user.command("password")
@database_option
@click.argument("name")
@generate_option
def password(name: str, generate: bool, **options: Any) -> None:
    """Change a password, and revoke every token and key of the user."""
    from models.token import change_password

    new = _password(generate)
    with unit(write=True, **options):
        change_password(name, new)
    _tell(f"{name} has another password, and no token or key any more", generate, new)


def _password(generate: bool) -> str:
    if generate:
        return token_urlsafe(12)
    if sys.stdin.isatty():
        asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return asked
    return sys.stdin.readline().rstrip("\r\n")


def _tell(done: str, generate: bool, password: str) -> None:
    click.echo(done + (f"; the password, shown once: {password}" if generate else ""))
