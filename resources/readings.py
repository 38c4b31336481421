"""/readings: one by itself."""

from flask import Blueprint

from exchange.decorators import body, cached, item, precondition
from models import Reading, find, read, remove, save

blueprint = Blueprint("readings", __name__, url_prefix="/readings")


@blueprint.get("/<id:id>")
@cached
@item(Reading)
def show_reading(id):
    return read(Reading, id)


@blueprint.put("/<id:id>")
@blueprint.patch("/<id:id>")
@precondition(Reading)
@item(Reading)
@body(Reading)
def change_reading(id, data):
    return save(find(Reading, id), data).to_dict()


@blueprint.delete("/<id:id>")
@precondition(Reading)
def delete_reading(id):
    remove(find(Reading, id))
