"""Parley whose reads may be kept by any cache for a minute: for the tests of shared caches."""

from typing import Any

from exchange.state import mark, traits
from negotiate.cache_control import Policy
from run import create_gateway


def create() -> Any:
    gateway = create_gateway()
    for view in gateway.app.view_functions.values():
        if traits(view).policy:
            mark(view, policy=Policy(public=True, max_age=60))
    return gateway
