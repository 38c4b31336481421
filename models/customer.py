"""Customers."""

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Model
from models.types import Email, Id, Moment, Text


class Customer(Model):
    """A person or company that buys."""

    __tablename__ = "customers"

    id: Mapped[Id]
    first: Mapped[Text]
    last: Mapped[Text] = mapped_column(index=True)
    email: Mapped[Email] = mapped_column(unique=True)
    phone: Mapped[Text | None]
    company: Mapped[Text | None]
    street: Mapped[Text | None]
    city: Mapped[Text | None]
    postal_code: Mapped[Text | None]
    country: Mapped[Text | None]
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]
