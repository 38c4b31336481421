"""/ : from here everything can be reached."""

from flask import Blueprint

from exchange.decorators import cached, entrance

blueprint = Blueprint("root", __name__)


@blueprint.get("/")
@cached
@entrance
def show_root():
    return {"name": "Parley"}
