"""/invoices, and the items of each."""

from flask import Blueprint
from sqlalchemy import select

from exchange.decorators import body, cached, collection, creates, existing, item, precondition
from models import Invoice, Item, find, read, remove, save

blueprint = Blueprint("invoices", __name__, url_prefix="/invoices")


@blueprint.get("")
@cached
@collection(Invoice)
def list_invoices():
    return select(Invoice)


@blueprint.get("/<id:id>")
@cached
@item(Invoice)
def show_invoice(id):
    return read(Invoice, id)


@blueprint.post("")
@creates
@item(Invoice)
@body(Invoice)
def create_invoice(data):
    return save(Invoice(), data).to_dict()


@blueprint.put("/<id:id>")
@blueprint.patch("/<id:id>")
@precondition(Invoice)
@item(Invoice)
@body(Invoice)
def change_invoice(id, data):
    return save(find(Invoice, id), data).to_dict()


@blueprint.delete("/<id:id>")
@precondition(Invoice)
def delete_invoice(id):
    remove(find(Invoice, id))


@blueprint.get("/<id:id>/items")
@cached
@existing(Invoice)
@collection(Item)
def list_items_of_invoice(id):
    return select(Item).where(Item.invoice_id == id)


@blueprint.post("/<id:id>/items")
@existing(Invoice)
@creates
@item(Item)
@body(Item, invoice_id="id")
def create_item_of_invoice(id, data):
    return save(Item(invoice=find(Invoice, id)), data).to_dict()
