"""/assets: what pages load. A name is for ever of the same bytes."""

from flask import Blueprint, abort

from exchange.selection import ALONE
from exchange.state import mark
from negotiate.cache_control import Policy
from representations.html.assets import ASSETS, Asset

_FOREVER = Policy(public=True, max_age=365 * 24 * 3600, immutable=True)

blueprint = Blueprint("assets", __name__, url_prefix="/assets")


def _serve(asset: Asset) -> None:
    def show(name: str) -> bytes:
        return asset.content if f"{name}.{asset.suffix}" == asset.name else abort(404)

    view = mark(show, policy=_FOREVER, offers=ALONE[asset.suffix])
    blueprint.get(f"/<name>.{asset.suffix}", endpoint=asset.suffix)(view)


for _asset in ASSETS:
    _serve(_asset)
