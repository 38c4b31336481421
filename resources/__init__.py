"""The resources: one module each, and its blueprint in this tuple."""

from resources import customers, invoices, items, products, root

BLUEPRINTS = (
    root.blueprint,
    customers.blueprint,
    products.blueprint,
    invoices.blueprint,
    items.blueprint,
)
