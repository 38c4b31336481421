"""What is not about a resource itself, around views that take and return plain data.

A stack is read from the outside in, as the answer is built from the inside out.
"""

from exchange.decorators.access import authenticated, bare, configured, secret
from exchange.decorators.probes import measurements, probe, readiness
from exchange.decorators.reads import cached, collection, entrance, item, kept, media
from exchange.decorators.tasks import background, followed, owned
from exchange.decorators.writes import body, creates, existing, precondition
from representations.schema import INTEGER, TEXT

__all__ = [
    "INTEGER",
    "TEXT",
    "authenticated",
    "background",
    "bare",
    "body",
    "cached",
    "collection",
    "configured",
    "creates",
    "entrance",
    "existing",
    "followed",
    "item",
    "kept",
    "measurements",
    "media",
    "owned",
    "precondition",
    "probe",
    "readiness",
    "secret",
]
