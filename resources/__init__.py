"""The resources: one module each, and its blueprint in this tuple."""

from resources import (
    cameras,
    customers,
    invoices,
    items,
    movies,
    products,
    readings,
    root,
    sensors,
)

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
)
