"""The fields of an answer: those that it always has, and those that follow from what is sent."""

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from hashlib import sha256

from flask import current_app, request

from exchange import query
from exchange.access import policy_of
from exchange.content import readable_fields
from exchange.selection import alternates, offers
from exchange.state import Exchange
from negotiate import link
from negotiate.security import OF_DOCS, OF_PAGES
from representations import Representation

READS = ("GET", "HEAD")
_POLICIES = {"html": OF_PAGES, "docs": OF_DOCS}
ALWAYS = {"Vary": "Accept", "Cache-Control": "no-cache"}


def fields_of(exchange: Exchange) -> dict[str, str]:
    """The fields of the answer that do not depend on its content."""
    told = {"Vary": ", ".join(exchange.vary), **fields_for(exchange.selected)}
    schema = described(exchange.shape.name, exchange.selected)
    if request.method not in READS:
        return ALWAYS | exchange.fields | told | ({"Link": schema} if schema else {})
    if exchange.selected.part:
        told["Accept-Ranges"] = "bytes"
    others = alternates(offers(exchange.traits), exchange.selected)
    told["Link"] = ", ".join(filter(None, (link.field(exchange.links), schema, others)))
    if exchange.traits.is_probe or (exchange.traits.is_collection and query.is_stream()):
        told["Cache-Control"] = "no-store"
    elif exchange.traits.policy:
        told["Cache-Control"] = policy_of(exchange).field
    return {**ALWAYS, **readable_fields(exchange.methods), **exchange.fields, **told}


def fields_for(selected: Representation) -> dict[str, str]:
    """What is told of content in the representation. A page may load what it is made of."""
    return {"Content-Type": selected.content_type, **_POLICIES.get(selected.name, {})}


def described(name: str, selected: Representation) -> str:
    """The link to what describes a type in the representation; empty if nothing does."""
    found: str = current_app.described.get((name, selected.schema), "")
    return found


def entity_tag(content: bytes, version: int | None, name: str) -> str:
    """A strong validator: of this state, in this representation, to the byte (8.8.3).

    It begins with the version of the row, for preconditions that protect any representation of it.
    """
    digest = urlsafe_b64encode(sha256(content).digest()[:12]).decode()
    state = digest if version is None else f"{version}.{digest}"
    return f'"{state}-{name}"'


def allow(methods: Iterable[str]) -> dict[str, str]:
    """The Allow field, the same in a 405 as from OPTIONS (10.2.1)."""
    return {"Allow": ", ".join(sorted(methods))}
