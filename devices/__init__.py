"""Physical devices, and those that stand in for them: pure, without HTTP, formats or tables.

A new driver is one file beside this one, and its name in the tuple.
"""

from devices.camera import Camera, Driver, Unavailable
from devices.configuration import Cameras
from devices.film import Film, film
from devices.pattern import TEST

DRIVERS: tuple[Driver, ...] = (TEST,)

__all__ = ["DRIVERS", "Camera", "Cameras", "Driver", "Film", "Unavailable", "film"]
