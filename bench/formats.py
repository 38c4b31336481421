"""The speed of the XML writer and reader, beside dicttoxml and msgspec."""

from collections.abc import Iterator
from typing import Any

import msgspec
from dicttoxml import dicttoxml

from bench.rounds import Claim, Row, measure
from exchange.shapes import item_shape
from models import Customer
from representations import JSON, TYPED_XML, XML
from representations.base import Shape


def rows(customer: dict[str, Any]) -> Iterator[Row]:
    """The claims on the formats, measured on a customer as a view returns it."""
    for count in (1, 20, 1000):
        yield from _writers(customer, count)
    yield from _readers(customer)


def _writers(customer: dict[str, Any], count: int) -> Iterator[Row]:
    data = [customer | {"id": id} for id in range(1, count + 1)]
    shape = Shape("customers")
    times = measure(
        {
            "json": lambda: msgspec.json.encode(data),
            "xml": lambda: XML.encode(data, shape),
            "typed-xml": lambda: TYPED_XML.encode(data, shape),
        }
    )
    times |= measure({"dicttoxml": lambda: dicttoxml(data, custom_root="customers")}, rounds=3)
    for dialect in ("xml", "typed-xml"):
        of = f"writing a list of {count} as {dialect}"
        yield Claim(f"{of}: time, msgspec's JSON = 1", dialect, "json", at_most=12).row(times)
        faster = Claim(f"{of}: dicttoxml's time, ours = 1", "dicttoxml", dialect, at_least=100)
        yield faster.row(times)


def _readers(customer: dict[str, Any]) -> Iterator[Row]:
    shape = item_shape(Customer)
    formats = {each.name: (each, each.encode(customer, shape)) for each in (JSON, XML)}

    def reading(name: str) -> Any:
        representation, content = formats[name]
        return lambda: Customer.accept(representation.decode(content, shape, None, 64))

    times = measure({name: reading(name) for name in formats})
    text = "reading and validating a customer as xml: time, json = 1"
    yield Claim(text, "xml", "json", at_most=4).row(times)
