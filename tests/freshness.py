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
WRITES = 0.03  # of what a client does: a write of anybody forgets what all have read
STAYS = 0.85  # how often a client reads the same again, so that it may have been kept


class Answer(NamedTuple):
    status: int
    content: bytes
    tag: str | None
    is_hit: bool  # it came from what was kept


Send = Callable[[str, str, dict[str, str], bytes | None], Answer]  # method, target, fields, content


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
    status: int
    is_hit: bool


class Client:
    """One of the clients: the only writer of its row, who reads all rows, and validates what it has
    read before, as a browser does."""

    def __init__(self, send: Send, number: int, seed: int, acknowledged: dict[Row, int]) -> None:
        self._send = send
        self._random = Random(seed * 100 + number)
        self._acknowledged = acknowledged
        self._rows = [*acknowledged]
        self._mine = self._rows[number]
        self._kept: dict[tuple[str, str], tuple[str, int]] = {}  # tag and quantity, as last read
        self._choice = self._choose()

    def until(self, end: float) -> list[Seen]:
        seen: list[Seen] = []
        while time.monotonic() < end:
            if self._random.random() < WRITES:
                write(self._send, self._mine, self._acknowledged[self._mine] + 1, self._random)
                self._acknowledged[self._mine] += 1  # no other writer: this is the latest
            if self._random.random() > STAYS:
                self._choice = self._choose()
            seen.append(self._read(*self._choice))
        return seen

    def _choose(self) -> tuple[Row, str, str, str]:
        """What to read: every second time what shows the client's own row."""
        row = self._random.choice((self._mine, self._random.choice(self._rows)))
        target, place = self._random.choice([*row.views()])
        return row, target, place, self._random.choice(("application/json", "application/xml"))

    def _read(self, row: Row, target: str, place: str, accept: str) -> Seen:
        fields = {"Accept": accept}
        if (target, accept) in self._kept and self._random.random() < 0.5:
            fields["If-None-Match"] = self._kept[target, accept][0]
        floor = self._acknowledged[row]
        answer = self._send("GET", target, fields, None)
        if answer.status == 304:
            quantity = self._kept[target, accept][1]
        else:
            assert answer.status == 200, answer.content
            find = _in_json if accept == "application/json" else _in_xml
            quantity = find(answer.content, place, row)
            self._kept[target, accept] = str(answer.tag), quantity
        return Seen(target, accept, floor, quantity, answer.status, answer.is_hit)


class History(NamedTuple):
    seen: list[Seen]

    @property
    def stale(self) -> list[Seen]:
        """The reads that were older than an acknowledged write."""
        return [each for each in self.seen if each.read < each.acknowledged]

    def check(self, least: int) -> None:
        """Fails if a read was stale, and if so little was read, or came from what was kept, or was
        a 304, that nobody would have noticed."""
        assert self.stale == []
        hits = sum(each.is_hit for each in self.seen)
        again = sum(each.status == 304 for each in self.seen)
        told = f"{hits} hits and {again} 304s of {len(self.seen)}"
        assert len(self.seen) > least, told
        assert min(hits, again) > len(self.seen) / 20, told


def history(send: Send, seconds: float, seed: int = 1) -> History:
    """What eight clients see that write and read at random for so long."""
    rows = [make_row(send, client + 1) for client in range(CLIENTS)]
    acknowledged = dict.fromkeys(rows, 1)
    clients = [Client(send, number, seed, acknowledged) for number in range(CLIENTS)]
    end = time.monotonic() + seconds
    with ThreadPoolExecutor(CLIENTS) as pool:
        found = pool.map(lambda client: client.until(end), clients)
        return History([each for seen in found for each in seen])


def make_row(send: Send, customer: int) -> Row:
    content = {"customer_id": customer, "currency": "EUR"}
    content["items"] = [{"product_id": 1, "quantity": 1}]
    kind = {"Content-Type": "application/json"}
    made = send("POST", "/invoices", kind, json.dumps(content).encode())
    assert made.status == 201, made
    invoice = json.loads(made.content)
    return Row(customer, invoice["id"], invoice["items"][0]["id"])


def write(send: Send, row: Row, quantity: int, random: Random) -> None:
    """The item by itself or within its invoice, whole or in part, in one format or the other."""
    item = f'{{"product_id": 1, "quantity": {quantity}}}'
    patch = f"<p:replace sel='item/quantity'><quantity>{quantity}</quantity></p:replace>"
    method, target, media_type, text = random.choice(
        (
            ("PUT", f"/items/{row.item}", "application/json", item),
            (
                *("PUT", f"/items/{row.item}", "application/xml"),
                f"<item><product_id>1</product_id><quantity>{quantity}</quantity></item>",
            ),
            (
                *("PATCH", f"/items/{row.item}", "application/xml-patch+xml"),
                f"<p:patch xmlns:p='urn:ietf:rfc:7351'>{patch}</p:patch>",
            ),
            (
                *("PATCH", f"/invoices/{row.invoice}", "application/json-patch+json"),
                f'[{{"op": "replace", "path": "/items/0/quantity", "value": {quantity}}}]',
            ),
        )
    )
    answer = send(method, target, {"Content-Type": media_type}, text.encode())
    assert answer.status == 200, answer


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
