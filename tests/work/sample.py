"""Parley with a work of the tests' own: POST /reports makes an invoice, by and by.

The note of the invoice says how: `name;seconds;act`. Run as a module it serves, or does tasks.
"""

import os
import sys
import time
from typing import Any

from flask import Blueprint

from exchange.decorators import background, body
from exchange.settings import Settings
from models import Conflict, Invoice, save
from resources.needs import CHANGE
from run import create_app
from work.engine import engine_for
from work.worker import work_until_stopped

STEP = 0.02  # seconds between two reports of progress


def make_report(progress: Any, note: str) -> Any:
    _, seconds, act = [*note.split(";"), "0", ""][:3]
    steps = round(float(seconds or 0) / STEP)
    for step in range(steps):
        progress(100 * step // steps)
        time.sleep(STEP)
    if act == "refuse":
        raise Conflict("there is no paper")
    if act == "break":
        raise RuntimeError("a secret of the inside")
    if act == "nothing":
        return lambda: None
    return lambda: _save(note, act)


def _save(note: str, act: str) -> Invoice:
    made = save(Invoice(), Invoice.accept({"customer_id": 1, "currency": "EUR", "note": note}))
    if act == "late":
        raise Conflict("written, and then it could not be")
    return made


WORKS = {"report": make_report}


def blueprint() -> Blueprint:
    made = Blueprint("reports", __name__, url_prefix="/reports")

    @body(Invoice)
    def wanted(data):
        return {"note": data["note"]}

    for path, options in (("", {}), ("/once", {"once": True}), ("/now", {"at_once": True})):
        view = background("report", Invoice, **options)(wanted)
        made.add_url_rule(path, f"make{path.replace('/', '_')}", view, methods=["POST"])
    return made


def installed(app: Any) -> Any:
    app.register_blueprint(blueprint())
    app.access.needs["reports"] = CHANGE
    return app


def create() -> Any:
    """As run:create_gateway."""
    from serving.gateway import Gateway
    from serving.server import end_with_parent

    end_with_parent()
    app = installed(create_app(Settings.load(os.environ)))
    return Gateway(app, app.settings, engine_for(app, WORKS))


def main(act: str) -> None:
    settings = Settings.load(os.environ)
    if act == "worker":
        work_until_stopped(installed(create_app(settings)), WORKS)
        return
    from serving.server import listen, serve

    serve("tests.work.sample:create", settings, listen(settings.host, settings.port))


if __name__ == "__main__":
    main(sys.argv[1])
