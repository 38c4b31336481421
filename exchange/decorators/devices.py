"""The devices of the application in hand: what views may know of the settings."""

from typing import Any

from flask import current_app


def camera(id: int) -> Any:
    """The camera with the id, as it is configured; in the context of an application."""
    return current_app.cameras(id)
