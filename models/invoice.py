"""Invoices, and how one lives."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Literal

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model
from models.errors import Conflict, Fault
from models.item import MOST, Item, priced, refuse, substance
from models.members import MAX_ITEMS
from models.numbers import next_number
from models.reading import Data
from models.types import (
    OPTIONAL,
    SERVER_WRITTEN,
    CodePoints,
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


class Invoice(Model):
    """What a customer has to pay, and what for. Once it has left draft its substance is frozen."""

    __tablename__ = "invoices"

    id: Mapped[Id]
    number: Mapped[int | None] = mapped_column(unique=True, info=SERVER_WRITTEN)
    customer_id: Mapped[Reference] = mapped_column(ForeignKey("customers.id"))
    status: Mapped[Status] = mapped_column(info=OPTIONAL)
    issued_on: Mapped[Day | None] = mapped_column(index=True)
    due_on: Mapped[Day | None]
    currency: Mapped[Currency]
    note: Mapped[Note | None]
    items: Mapped[list[Item]] = relationship(
        back_populates="invoice", cascade="all, delete-orphan", order_by=Item.position
    )
    total: Mapped[Money] = mapped_column(info=SERVER_WRITTEN, index=True)
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]

    def take(self, data: Data) -> None:
        """Takes the data over if the life of the invoice allows it.

        A new one may begin at any status. Leaving draft gives it its number, and a day if it has
        none.
        """
        status = data["status"] or self.status or "draft"
        lines = priced(data["items"])
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
        if abs(self.total) >= MOST:
            refuse([Fault(("items",), "make a total of more than 12 digits")])
        if len(self.items) > MAX_ITEMS:
            refuse([Fault(("items",), f"are more than {MAX_ITEMS}")])

    def _replace_items(self, lines: Sequence[Data]) -> None:
        """An item whose id is repeated stays the row it is; the others are new, or go."""
        known: dict[int | None, Item] = {item.id: item for item in self.items}
        kept = [known.pop(line["id"], Item()) for line in lines]
        faults = []
        for place, (item, line) in enumerate(zip(kept, lines, strict=True)):
            faults += item.fill(line, self.id, ("items", place))
            item.touch()
        refuse(faults)
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
        if [substance(line) for line in lines] != [item.substance for item in self.items]:
            changed.append("items")
        if changed:
            faults = [Fault((name,), "can no longer change") for name in changed]
            raise Conflict(f"frozen since the invoice is {self.status}", faults)
