"""/products"""

from flask import Blueprint
from sqlalchemy import select

from exchange.decorators import body, cached, collection, creates, item, precondition
from models import Product, find, read, remove, save

blueprint = Blueprint("products", __name__, url_prefix="/products")


@blueprint.get("")
@cached
@collection(Product)
def list_products():
    return select(Product)


@blueprint.get("/<id:id>")
@cached
@item(Product)
def show_product(id):
    return read(Product, id)


@blueprint.post("")
@creates
@item(Product)
@body(Product)
def create_product(data):
    return save(Product(), data).to_dict()


@blueprint.put("/<id:id>")
@blueprint.patch("/<id:id>")
@precondition(Product)
@item(Product)
@body(Product)
def change_product(id, data):
    return save(find(Product, id), data).to_dict()


@blueprint.delete("/<id:id>")
@precondition(Product)
def delete_product(id):
    remove(find(Product, id))
