"""Collections: pages far into a million rows, a full page, and streams of everything."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import process_time
from typing import Any

from sqlalchemy import select

from bench.requests import answering, getting
from bench.rounds import Claim, Row, measure
from exchange.cursor import cursor, search_name
from exchange.settings import Settings
from models import Database, Invoice, Item
from models.sample import INVOICES, fill
from representations import JSON
from representations.base import Shape
from run import create_app

MILLION = 10**6
GROWTH = 32  # MiB


def rows(folder: Path) -> Iterator[Row]:
    """The claims on collections; first makes a million invoices, which takes a minute."""
    url = f"sqlite:///{folder}/million.db"
    settings = Settings(database_url=url, rate_limits="off", log_level="error")
    database = Database(settings.database_url)
    database.create()
    list(fill(database, MILLION // INVOICES + 1))
    database.close()
    yield from _pages(settings)
    yield from _full_page(settings)
    yield from _streams(settings)


def _pages(settings: Settings) -> Iterator[Row]:
    app = create_app(settings)
    path = "/invoices?sort=issued_on&after="
    times = measure(
        {
            "first": getting(app, path, "application/json"),
            "far": getting(app, path + _far(app, path), "application/json"),
        }
    )
    text = "a page by cursor at row 1,000,000: time, the first = 1"
    yield Claim(text, "far", "first", at_most=1.2).row(times)


def _far(app: Any, path: str) -> str:
    """The cursor that stands at row 1,000,000, less a page; by then nothing is issued."""
    id = select(Invoice.id).where(Invoice.issued_on.is_(None)).order_by(Invoice.id.desc())
    with app.database.engine.connect() as connection:
        last = connection.scalar(id.offset(30).limit(1))
    with app.test_request_context(path):
        app.begin(app.allowed_methods())
        return cursor([None, str(last)], search_name())


def _full_page(settings: Settings) -> Iterator[Row]:
    """Against what cannot be spared: the statements, names for what they found, and encoding it."""
    app = create_app(settings)
    call = getting(app, "/invoices?after=&per_page=100", "application/json")
    statement = select(*Invoice.__table__.c).order_by(Invoice.id).limit(101)
    inner = select(*Item.__table__.c).where(Item.invoice_id.in_(range(1, 102)))
    inner = inner.order_by(Item.position)
    shape = Shape("invoices")

    def bare() -> None:
        with app.database.engine.connect() as connection:
            found = [dict(row) for row in connection.execute(statement).mappings()]
            items = [dict(row) for row in connection.execute(inner).mappings()]
        JSON.encode([found, items], shape)

    times = measure({"page": call, "bare": bare})
    text = "a page of 100 invoices: time, bare statements and encoding = 1"
    yield Claim(text, "page", "bare", at_most=1.5).row(times)


def _streams(settings: Settings) -> Iterator[Row]:
    speed = {}
    for media_type in ("application/json", "application/xml"):
        with ProcessPoolExecutor(1, get_context("spawn")) as fresh:
            speed[media_type], grown = fresh.submit(_streamed, settings, media_type).result()
        kept = "yes" if grown < GROWTH else "NO"
        text = f"streaming 1,000,000 invoices as {media_type}: MiB that memory grows by"
        yield text, f"{grown:.1f}", f"< {GROWTH}", kept
    text = "streaming invoices: rows a second in xml, json = 1"
    yield Claim(text, *speed, at_least=0.7).row({name: 1 / each for name, each in speed.items()})


def _streamed(settings: Settings, media_type: str) -> tuple[float, float]:
    """Rows a second of the process's own time, since the formats are not measured at once; and MiB
    by which resident memory was larger than after a page."""
    app = create_app(settings)
    getting(app, "/invoices?per_page=100", media_type)()
    before, start = _resident("VmRSS"), process_time()
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins here
    for _ in answering(app, "/invoices?stream=true", media_type)():
        pass
    return MILLION / (process_time() - start), _resident("VmHWM") - before


def _resident(field: str) -> float:
    """MiB, as proc(5) tells: VmRSS now, VmHWM at its peak."""
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{field}:")[1].split()[0]) / 1024
