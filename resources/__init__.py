"""The resources: one module each, and its blueprint in this tuple."""

from resources import customers, health, invoices, items, products, root

BLUEPRINTS = (
    root.blueprint,
    customers.blueprint,
    products.blueprint,
    invoices.blueprint,
    items.blueprint,
    health.blueprint,
)
