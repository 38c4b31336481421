"""Sensors, and what they have measured."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Model
from models.reading import Data
from models.types import OPTIONAL, Id, Money, Reference, Text, Time, now


class Sensor(Model):
    """A device that measures."""

    __tablename__ = "sensors"

    id: Mapped[Id]
    name: Mapped[Text]


class Reading(Model):
    """What a sensor measured, and when: exact, to two places, like money."""

    __tablename__ = "readings"

    id: Mapped[Id]
    sensor_id: Mapped[Reference] = mapped_column(ForeignKey("sensors.id"), info=OPTIONAL)
    measured_at: Mapped[Time] = mapped_column(info=OPTIONAL, index=True)
    value: Mapped[Money]
    unit: Mapped[Text]

    def take(self, data: Data) -> None:
        """Without a time it is now, without a sensor the one that it has."""
        super().take(
            data
            | {
                "sensor_id": data["sensor_id"] or self.sensor_id,
                "measured_at": data["measured_at"] or self.measured_at or now(),
            }
        )
