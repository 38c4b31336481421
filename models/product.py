"""Products."""

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Model
from models.types import Currency, Id, Moment, Money, Note, Text


class Product(Model):
    """Something that is sold, and its price for one."""

    __tablename__ = "products"

    id: Mapped[Id]
    sku: Mapped[Text] = mapped_column(unique=True)
    name: Mapped[Text] = mapped_column(index=True)
    description: Mapped[Note | None]
    price: Mapped[Money] = mapped_column(index=True)
    currency: Mapped[Currency]
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]
