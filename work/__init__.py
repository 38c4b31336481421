"""What is done beside requests: the works, and who does them. Knows no HTTP and no format.

A work takes `progress` and the arguments that its task has. It does what takes long first, outside
of any transaction, and tells how far it is, in percent, by calling `progress`; that raises
Cancelled when it should stop. It returns a function without arguments that writes what was made and
returns the row, or None: that is called once, in the transaction that ends the task. A work may be
begun more than once, so what it does to the world outside the database should bear that.

A new work is one function, and its name here.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from devices import DRIVERS, Cameras
from work.movie import make_movie

Work = Callable[..., Callable[[], Any]]


def works(settings: Any) -> Mapping[str, Work]:
    """Every work by its name, with the devices that the settings name."""
    return {"movie": partial(make_movie, Cameras(settings.cameras, DRIVERS))}
