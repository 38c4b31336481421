"""The resources: one module each, and its blueprint in this tuple."""

from resources import customers, health, invoices, items, products, root, tasks, tokens
from resources.needs import NEEDS

__all__ = ["BLUEPRINTS", "NEEDS"]

BLUEPRINTS = (
    root.blueprint,
    customers.blueprint,
    products.blueprint,
    invoices.blueprint,
    items.blueprint,
    tasks.blueprint,
    tokens.blueprint,
    health.blueprint,
)
