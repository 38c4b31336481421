"""/assets: what pages load. A name is for ever of the same bytes."""

from flask import Blueprint, abort

from exchange.selection import ALONE
from exchange.state import mark
from negotiate.cache_control import Policy
from representations.html.assets import ASSETS

_FOREVER = Policy(public=True, max_age=365 * 24 * 3600, immutable=True)

_CONTENTS = {each.name: each.content for each in ASSETS}

blueprint = Blueprint("assets", __name__, url_prefix="/assets")


def _serve(suffix: str) -> None:
    def show(name: str) -> bytes:
        return _CONTENTS.get(f"{name}.{suffix}") or abort(404)

    view = mark(show, policy=_FOREVER, offers=ALONE[suffix])
    blueprint.get(f"/<name>.{suffix}", endpoint=suffix)(view)


for _suffix in ALONE:
    _serve(_suffix)
