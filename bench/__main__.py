"""One table of ratios, each beside the bound that it should keep. Ratios alone are portable."""

from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from bench import collections, formats, requests, served
from exchange.links import add_links
from exchange.settings import Settings
from models import Customer, Database, read
from models.sample import fill
from run import create_app

UNREACHED = "reads 900000000/minute 900000000/hour"  # counted, as everywhere


def main() -> None:
    table = Table("what", "ratio", "bound", "kept")
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.db"
        settings = Settings(
            database_url=url, rate_limits=UNREACHED, log_level="error", open_writes=True
        )
        database = Database(settings.database_url)
        database.create()
        list(fill(database, 100))
        with database.unit(write=False):
            customer = read(Customer, 1)
        del customer["version"]
        add_links(Customer, [customer], create_app(settings).routes)
        for rows in (
            formats.rows(customer),
            requests.rows(settings),
            served.rows(settings),
            collections.rows(Path(folder)),
        ):
            for row in rows:
                table.add_row(*row)
    Console(width=100).print(table)


main()
