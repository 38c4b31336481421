"""The lines of invoices."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model
from models.errors import Fault, Invalid, Path
from models.product import Product
from models.reading import Data
from models.session import session
from models.types import OPTIONAL, SERVER_WRITTEN, Count, Id, Money, Note, Reference

Substance = tuple[int, str | None, int, Decimal]  # product, description, quantity, unit price
MOST = Decimal(10**10)  # money has twelve digits, two of them after the point


class Item(Model):
    """A line of an invoice: so many of a product, at a price."""

    __tablename__ = "items"
    hidden: ClassVar = Model.hidden | {"position"}
    whole: ClassVar = "invoice"

    id: Mapped[Id]
    invoice_id: Mapped[Reference] = mapped_column(ForeignKey("invoices.id"), info=OPTIONAL)
    product_id: Mapped[Reference] = mapped_column(ForeignKey("products.id"))
    description: Mapped[Note | None]
    quantity: Mapped[Count]
    unit_price: Mapped[Money] = mapped_column(info=OPTIONAL)
    amount: Mapped[Money] = mapped_column(info=SERVER_WRITTEN)
    position: Mapped[int]
    invoice: Mapped[Any] = relationship("Invoice", back_populates="items")

    def take(self, data: Data) -> None:
        """Takes the line over; that makes a new version of the invoice, with a new total."""
        (line,) = priced([data])
        if substance(line) != self.substance:
            self.invoice.refuse_if_frozen()
        refuse(self.fill(line, self.invoice.id, ()))
        self.invoice.add_up()
        self.invoice.touch()

    @property
    def substance(self) -> Substance:
        """What is frozen once the invoice has left draft."""
        return self.product_id, self.description, self.quantity, self.unit_price

    def leave(self) -> None:
        self.invoice.refuse_if_frozen()
        invoice = self.invoice
        invoice.items.remove(self)
        invoice.add_up()
        invoice.touch()

    def fill(self, line: Data, invoice_id: int | None, path: Path) -> list[Fault]:
        """Takes the members from a line with a price; what is wrong with them. path: where the
        line stands in the data."""
        faults = []
        if line["invoice_id"] not in (None, invoice_id):
            faults.append(Fault((*path, "invoice_id"), "names another invoice"))
        self.product_id, self.description = line["product_id"], line["description"]
        self.quantity, self.unit_price = line["quantity"], line["unit_price"]
        self.amount = self.quantity * self.unit_price
        if abs(self.amount) >= MOST:
            faults.append(Fault((*path, "quantity"), "makes an amount of more than 12 digits"))
        return faults


def priced(lines: Sequence[Data]) -> list[Data]:
    """The lines, each with a unit price: the product's, unless one is given."""
    wanted = {line["product_id"] for line in lines if line["unit_price"] is None}
    statement = select(Product.id, Product.price).where(Product.id.in_(wanted))
    prices = {id: price for id, price in session().execute(statement)} if wanted else {}
    return [
        line | {"unit_price": prices[line["product_id"]]} if line["unit_price"] is None else line
        for line in lines
    ]


def substance(line: Data) -> Substance:
    """What would be frozen of a line with a price."""
    return line["product_id"], line["description"], line["quantity"], line["unit_price"]


def refuse(faults: Sequence[Fault]) -> None:
    """Raises Invalid if there are any faults."""
    if faults:
        raise Invalid("an invoice that cannot be", faults)
