"""/healthz, /readyz, /metrics: how the server is."""

from flask import Blueprint

from exchange.decorators import measurements, probe, readiness

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@probe
def show_health():
    return {"status": "alive"}


@blueprint.get("/readyz")
@readiness
@probe
def show_readiness():
    return {"status": "ready"}


@blueprint.get("/metrics")
@measurements
@probe
def show_metrics():
    return {}
