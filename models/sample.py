"""Sample rows: customers of many countries, products, invoices in every state of their life, and
devices."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from sqlalchemy import Connection, func, insert, select

from models.base import Model
from models.camera import Camera
from models.customer import Customer
from models.database import Database
from models.invoice import Invoice
from models.item import Item
from models.numbers import numbers
from models.product import Product
from models.sensor import Reading, Sensor

SEED = 2026
PRODUCTS = 40
INVOICES = 3  # of each customer
READINGS = 48  # of the sensor, one an hour
BATCH = 1000  # customers in one transaction
_START = datetime(2026, 1, 1, tzinfo=UTC)
_LOCALES = ("en_GB", "de_DE", "pt_BR", "fr_FR", "cs_CZ", "el_GR", "ja_JP", "pl_PL")
_STATUSES = ("draft", "issued", "issued", "paid", "paid", "paid", "void")
_MODELS: tuple[type[Model], ...] = (
    *(Customer, Product, Invoice, Item),
    *(Camera, Sensor, Reading),
)

Rows = list[dict[str, Any]]


def fill(database: Database, customers: int) -> Iterator[int]:
    """Fills empty tables, the same rows each time; yields how many customers each step has made.

    Raises ValueError if there are rows already.
    """
    random = Random(SEED)
    with database.writing.begin() as connection:
        for model in _MODELS:
            if connection.scalar(select(func.count()).select_from(model)):
                raise ValueError(f"there are {model.plural()} already")
        prices = _products(connection, random)
        _devices(connection, Random(SEED))
    people = _people(customers)
    number = 0
    for first in range(1, customers + 1, BATCH):
        ids = range(first, min(first + BATCH, customers + 1))
        with database.writing.begin() as connection:
            connection.execute(insert(Customer), [next(people) | _made(id) for id in ids])
            number = _invoices(connection, random, ids, prices, number)
            _advance(connection)
        yield len(ids)


def _advance(connection: Connection) -> None:
    """Ids that were given here are not given again: PostgreSQL does not see that by itself."""
    if connection.dialect.name == "postgresql":
        for model in _MODELS:
            sequence = func.pg_get_serial_sequence(model.__tablename__, "id")
            last = func.max(model.__table__.c.id)
            connection.execute(select(func.setval(sequence, last)))


def _people(most: int) -> Iterator[dict[str, Any]]:
    """Faker is slow: a few hundred people, each coming back with another address of mail."""
    from faker import Faker

    fakers = [Faker(locale) for locale in _LOCALES]
    Faker.seed(SEED)
    known = [_person(fakers[place % len(fakers)]) for place in range(min(most, 400))]
    for place in range(most):
        yield known[place % len(known)] | {"email": f"customer{place + 1}@example.com"}


def _person(fake: Any) -> dict[str, Any]:
    return {
        "first": fake.first_name(),
        "last": fake.last_name(),
        "phone": fake.phone_number() if fake.boolean(80) else None,
        "company": fake.company() if fake.boolean(50) else None,
        "street": fake.street_address(),
        "city": fake.city(),
        "postal_code": fake.postcode(),
        "country": fake.current_country(),
    }


def _products(connection: Connection, random: Random) -> list[Decimal]:
    """Makes the products; the price of each, the one with id 1 first."""
    prices = [Decimal(random.randrange(100, 50_000)).scaleb(-2) for _ in range(PRODUCTS)]
    names = ("Lamp", "Chair", "Table", "Shelf", "Clock", "Kettle", "Radio", "Mirror")
    rows = [
        {
            "sku": f"P-{id:04}",
            "name": f"{names[id % len(names)]} {id}",
            "description": None,
            "price": price,
            "currency": "EUR",
            **_made(id),
        }
        for id, price in enumerate(prices, 1)
    ]
    connection.execute(insert(Product), rows)
    return prices


def _devices(connection: Connection, random: Random) -> None:
    connection.execute(insert(Camera).values(id=1, name="Front door", version=1))
    connection.execute(insert(Sensor).values(id=1, name="Outdoors", version=1))
    hours = range(READINGS)
    rows = [_reading(hour) | {"value": _temperature(random, hour)} for hour in hours]
    connection.execute(insert(Reading), rows)


def _reading(hour: int) -> dict[str, Any]:
    measured = {"measured_at": _START + timedelta(hours=hour), "unit": "°C"}
    return {"sensor_id": 1, "version": 1, **measured}


def _temperature(random: Random, hour: int) -> Decimal:
    """Coldest at midnight, warmest at noon."""
    return Decimal(random.randrange(-300, 300) + 80 * (12 - abs(12 - hour % 24))).scaleb(-2)


def _invoices(
    connection: Connection, random: Random, customers: range, prices: list[Decimal], number: int
) -> int:
    """Makes the invoices of the customers; the last number that was given."""
    invoices: Rows = []
    items: Rows = []
    for customer in customers:
        for id in range((customer - 1) * INVOICES + 1, customer * INVOICES + 1):
            lines = [_line(random, id, place, prices) for place in range(random.randint(1, 4))]
            status = random.choice(_STATUSES)
            number += status != "draft"
            total = sum(line["amount"] for line in lines)
            invoices.append({"customer_id": customer, "total": total, **_state(id, status, number)})
            items += lines
    connection.execute(insert(Invoice), invoices)
    connection.execute(insert(Item), items)
    connection.execute(numbers.delete())
    connection.execute(insert(numbers).values(series="invoices", last=number))
    return number


def _state(id: int, status: str, number: int) -> dict[str, Any]:
    day = (_START + timedelta(hours=id % 7000)).date()
    issued = {"number": number, "issued_on": day} if status != "draft" else {}
    return {
        "number": None,
        "issued_on": None,
        **issued,
        "status": status,
        "due_on": day + timedelta(days=30),
        "currency": "EUR",
        "note": None,
        **_made(id),
    }


def _line(random: Random, invoice: int, place: int, prices: list[Decimal]) -> dict[str, Any]:
    product, quantity = random.randint(1, len(prices)), random.randint(1, 9)
    price = prices[product - 1]
    return {
        "invoice_id": invoice,
        "product_id": product,
        "description": None,
        "quantity": quantity,
        "unit_price": price,
        "amount": quantity * price,
        "position": place,
        "version": 1,
    }


def _made(id: int) -> dict[str, Any]:
    moment = _START + timedelta(minutes=id)
    return {"id": id, "created_at": moment, "updated_at": moment, "version": 1}
