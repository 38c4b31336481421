"""/customers, and the invoices of each."""

from flask import Blueprint
from sqlalchemy import select

from exchange.decorators import body, cached, collection, creates, existing, item, precondition
from models import Customer, Invoice, find, read, remove, save

blueprint = Blueprint("customers", __name__, url_prefix="/customers")


@blueprint.get("")
@cached
@collection(Customer)
def list_customers():
    return select(Customer)


@blueprint.get("/<id:id>")
@cached
@item(Customer)
def show_customer(id):
    return read(Customer, id)


@blueprint.post("")
@creates
@item(Customer)
@body(Customer)
def create_customer(data):
    return save(Customer(), data).to_dict()


@blueprint.put("/<id:id>")
@blueprint.patch("/<id:id>")
@precondition(Customer)
@item(Customer)
@body(Customer)
def change_customer(id, data):
    return save(find(Customer, id), data).to_dict()


@blueprint.delete("/<id:id>")
@precondition(Customer)
def delete_customer(id):
    remove(find(Customer, id))


@blueprint.get("/<id:id>/invoices")
@cached
@existing(Customer)
@collection(Invoice)
def list_invoices_of_customer(id):
    return select(Invoice).where(Invoice.customer_id == id)


@blueprint.post("/<id:id>/invoices")
@existing(Customer)
@creates
@item(Invoice)
@body(Invoice, customer_id="id")
def create_invoice_of_customer(id, data):
    return save(Invoice(), data).to_dict()
