"""Cameras."""

from sqlalchemy.orm import Mapped

from models.base import Model
from models.types import Id, Text


class Camera(Model):
    """A device that makes movies. What drives it is configured, by its id."""

    __tablename__ = "cameras"

    id: Mapped[Id]
    name: Mapped[Text]
