"""Invoices and their items, and the life of an invoice."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model
from models.errors import Conflict, Fault, Invalid, Path
from models.members import MAX_ITEMS
from models.numbers import next_number
from models.product import Product
from models.reading import Data
from models.session import session
from models.types import (
    OPTIONAL,
    SERVER_WRITTEN,
    CodePoints,
    Count,
    Currency,
    Day,
    Id,
    Moment,
    Money,
    Note,
    Reference,
    now,
)

Status = Annotated[Literal["draft", "issued", "paid", "void"], mapped_column(CodePoints(8))]

_FOLLOWS = {
    "draft": ("draft", "issued", "void"),
    "issued": ("issued", "paid", "void"),
    "paid": ("paid",),
    "void": ("void",),
}
Substance = tuple[int, str | None, int, Decimal]  # product, description, quantity, unit price
_MOST = Decimal(10**10)  # money has twelve digits, two of them after the point


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
    invoice: Mapped["Invoice"] = relationship(back_populates="items")

    def take(self, data: Data) -> None:
        """Takes the line over; that makes a new version of the invoice, with a new total."""
        (line,) = _priced([data])
        if _substance(line) != self.substance:
            self.invoice.refuse_if_frozen()
        _refuse(self.fill(line, self.invoice.id, ()))
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
        if abs(self.amount) >= _MOST:
            faults.append(Fault((*path, "quantity"), "makes an amount of more than 12 digits"))
        return faults


class Invoice(Model):
    """What a customer has to pay, and what for. Once it has left draft its substance is frozen."""

    __tablename__ = "invoices"

    id: Mapped[Id]
    number: Mapped[int | None] = mapped_column(unique=True, info=SERVER_WRITTEN)
    customer_id: Mapped[Reference] = mapped_column(ForeignKey("customers.id"))
    status: Mapped[Status] = mapped_column(info=OPTIONAL)
    issued_on: Mapped[Day | None]
    due_on: Mapped[Day | None]
    currency: Mapped[Currency]
    note: Mapped[Note | None]
    items: Mapped[list[Item]] = relationship(
        back_populates="invoice", cascade="all, delete-orphan", order_by=Item.position
    )
    total: Mapped[Money] = mapped_column(info=SERVER_WRITTEN)
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]

    def take(self, data: Data) -> None:
        """Takes the data over if the life of the invoice allows it.

        A new one may begin at any status. Leaving draft gives it its number, and a day if it has
        none.
        """
        status = data["status"] or self.status or "draft"
        lines = _priced(data["items"])
        self._refuse_status(status)
        if self.is_frozen:
            self._refuse_changes(data, lines)
            self.issued_on = data["issued_on"] or self.issued_on
        else:
            self.customer_id, self.currency = data["customer_id"], data["currency"]
            self.issued_on = data["issued_on"]
            self._replace_items(lines)
        self.due_on, self.note, self.status = data["due_on"], data["note"], status
        if self.is_frozen:
            self.issued_on = self.issued_on or now().date()
            self.number = self.number or next_number("invoices")

    def leave(self) -> None:
        if self.is_frozen:
            raise Conflict(f"only drafts are deleted, and this invoice is {self.status}")

    @property
    def is_frozen(self) -> bool:
        return self.status not in (None, "draft")

    def refuse_if_frozen(self) -> None:
        if self.is_frozen:
            raise Conflict(f"the items are frozen since the invoice is {self.status}")

    def add_up(self) -> None:
        """The total and the places of the items, as they are now."""
        for position, item in enumerate(self.items):
            item.position = position
        self.total = sum((item.amount for item in self.items), Decimal("0.00"))
        if abs(self.total) >= _MOST:
            _refuse([Fault(("items",), "make a total of more than 12 digits")])
        if len(self.items) > MAX_ITEMS:
            _refuse([Fault(("items",), f"are more than {MAX_ITEMS}")])

    def _replace_items(self, lines: Sequence[Data]) -> None:
        """An item whose id is repeated stays the row it is; the others are new, or go."""
        known: dict[int | None, Item] = {item.id: item for item in self.items}
        kept = [known.pop(line["id"], Item()) for line in lines]
        faults = []
        for place, (item, line) in enumerate(zip(kept, lines, strict=True)):
            faults += item.fill(line, self.id, ("items", place))
            item.touch()
        _refuse(faults)
        self.items = kept
        self.add_up()

    def _refuse_status(self, status: str) -> None:
        if self.status and status not in _FOLLOWS[self.status]:
            allowed = " or ".join(_FOLLOWS[self.status])
            fault = Fault(("status",), f"should be {allowed}")
            raise Conflict(f"the invoice is {self.status} and cannot become {status}", [fault])

    def _refuse_changes(self, data: Data, lines: Sequence[Data]) -> None:
        changed = [
            name for name in ("customer_id", "currency") if data[name] != getattr(self, name)
        ]
        if [_substance(line) for line in lines] != [item.substance for item in self.items]:
            changed.append("items")
        if changed:
            faults = [Fault((name,), "can no longer change") for name in changed]
            raise Conflict(f"frozen since the invoice is {self.status}", faults)


def _priced(lines: Sequence[Data]) -> list[Data]:
    """The lines, each with a unit price: the product's, unless one is given."""
    wanted = {line["product_id"] for line in lines if line["unit_price"] is None}
    statement = select(Product.id, Product.price).where(Product.id.in_(wanted))
    prices = {id: price for id, price in session().execute(statement)} if wanted else {}
    return [
        line | {"unit_price": prices[line["product_id"]]} if line["unit_price"] is None else line
        for line in lines
    ]


def _substance(line: Data) -> Substance:
    return line["product_id"], line["description"], line["quantity"], line["unit_price"]


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise Invalid("an invoice that cannot be", faults)
