"""The resources: one module each, and its blueprint in this tuple."""

from resources import (
    cameras,
    customers,
    health,
    invoices,
    items,
    movies,
    products,
    readings,
    root,
    sensors,
    tasks,
    tokens,
)
from resources.needs import NEEDS

__all__ = ["BLUEPRINTS", "NEEDS"]

BLUEPRINTS = (
    root.blueprint,
    customers.blueprint,
    products.blueprint,
    invoices.blueprint,
    items.blueprint,
    cameras.blueprint,
    movies.blueprint,
    sensors.blueprint,
    readings.blueprint,
    tasks.blueprint,
    tokens.blueprint,
    health.blueprint,
)
