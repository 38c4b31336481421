"""The resources: one module each, and its blueprint in this tuple."""

from resources import customers, invoices, items, products, root, tasks

BLUEPRINTS = (
    root.blueprint,
    customers.blueprint,
    products.blueprint,
    invoices.blueprint,
    items.blueprint,
    tasks.blueprint,
)
