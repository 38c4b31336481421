"""/items: one line of an invoice by itself."""

from flask import Blueprint

from exchange.decorators import body, cached, item, precondition
from models import Item, find, read, remove, save

blueprint = Blueprint("items", __name__, url_prefix="/items")


@blueprint.get("/<id:id>")
@cached
@item(Item)
def show_item(id):
    return read(Item, id)


@blueprint.put("/<id:id>")
@blueprint.patch("/<id:id>")
@precondition(Item)
@item(Item)
@body(Item)
def change_item(id, data):
    return save(find(Item, id), data).to_dict()


@blueprint.delete("/<id:id>")
@precondition(Item)
def delete_item(id):
    remove(find(Item, id))
