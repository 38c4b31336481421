"""Clients that write and read at random, and remember: who has seen its write acknowledged never
reads older data, in any format, on any view that shows it (contract 6)."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import NamedTuple

from lxml import etree

CLIENTS = 8
Send = Callable[[str, str, str, bytes | None], tuple[int, bytes]]  # method, target, type, content


class Row(NamedTuple):
    """A draft invoice of a customer, with one item: what is written to is its quantity."""

    customer: int
    invoice: int
    item: int

    def views(self) -> Iterator[tuple[str, str]]:
        """The targets that show the quantity, and where: an XPath, and its words for JSON."""
        yield f"/items/{self.item}", "/item"
        yield f"/invoices/{self.invoice}/items?per_page=5", "/items/items/item"
        yield f"/invoices/{self.invoice}", "/invoice/items/item"
        yield (
            f"/customers/{self.customer}/invoices?status=draft&sort=-id",
            "/invoices/items/invoice",
        )
        yield f"/invoices?id={self.invoice}&expand=customer", "/invoices/items/invoice"


class Seen(NamedTuple):
    """What a read gave, and what had been acknowledged before it was sent."""

    target: str
    accept: str
    acknowledged: int
    read: int


def stale_reads(send: Send, seconds: float, seed: int = 1) -> tuple[list[Seen], int]:
    """The reads that were older than an acknowledged write, and how many reads there were."""
    rows = [make_row(send, client + 1) for client in range(CLIENTS)]
    acknowledged = dict.fromkeys(rows, 1)
    until = time.monotonic() + seconds

    def client(number: int) -> list[Seen]:
        random, mine, seen = Random(seed * 100 + number), rows[number], []
        while time.monotonic() < until:
            if random.random() < 0.2:
                write(send, mine, acknowledged[mine] + 1, random)
                acknowledged[mine] += 1  # each row has one writer, so this is the latest
            seen.append(read(send, random.choice((mine, *rows)), acknowledged, random))
        return seen

    with ThreadPoolExecutor(CLIENTS) as pool:
        seen = [each for found in pool.map(client, range(CLIENTS)) for each in found]
    return [each for each in seen if each.read < each.acknowledged], len(seen)


def make_row(send: Send, customer: int) -> Row:
    content = {"customer_id": customer, "currency": "EUR"}
    content["items"] = [{"product_id": 1, "quantity": 1}]
    status, made = send("POST", "/invoices", "application/json", json.dumps(content).encode())
    assert status == 201, made
    invoice = json.loads(made)
    return Row(customer, invoice["id"], invoice["items"][0]["id"])


def write(send: Send, row: Row, quantity: int, random: Random) -> None:
    if random.random() < 0.5:
        media_type, text = "application/json", f'{{"product_id": 1, "quantity": {quantity}}}'
    else:
        media_type = "application/xml"
        text = f"<item><product_id>1</product_id><quantity>{quantity}</quantity></item>"
    status, answer = send("PUT", f"/items/{row.item}", media_type, text.encode())
    assert status == 200, answer


def read(send: Send, row: Row, acknowledged: dict[Row, int], random: Random) -> Seen:
    target, place = random.choice([*row.views()])
    accept, floor = random.choice(("application/json", "application/xml")), acknowledged[row]
    status, content = send("GET", target, accept, None)
    assert status == 200, content
    find = _in_json if accept == "application/json" else _in_xml
    return Seen(target, accept, floor, find(content, place, row))


def _in_xml(content: bytes, place: str, row: Row) -> int:
    found = etree.fromstring(content).xpath(f"{place}/descendant-or-self::item[id={row.item}]")
    return int(found[0].findtext("quantity"))


def _in_json(content: bytes, place: str, row: Row) -> int:
    found = [json.loads(content)]
    while found:
        each = found.pop()
        if isinstance(each, list):
            found += each
        elif isinstance(each, dict):
            if each.get("id") == row.item and "quantity" in each:
                return int(each["quantity"])
            found += each.values()
    raise AssertionError(f"no item {row.item}")
