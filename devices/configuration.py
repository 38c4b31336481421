"""Which driver each camera has: `1=test:2026 2=gate:rtsp://10.0.0.7/ *=test`."""

import re
from collections.abc import Iterable

from devices.camera import Camera, Driver, Unavailable

# configuration = *( ( id / "*" ) "=" driver [ ":" address ] SP )
_ENTRY = re.compile(r"([1-9][0-9]{0,17}|\*)=([^:]+)(?::(.*))?")


class Cameras:
    """The cameras as they are configured; `*` is every camera that is not named.

    Raises ValueError for what is no configuration, a driver that there is not, or an address that
    it does not take.
    """

    def __init__(self, configuration: str, drivers: Iterable[Driver]) -> None:
        known = {driver.name: driver for driver in drivers}
        self._cameras: dict[str, Camera] = {}
        for entry in configuration.split():
            match = _ENTRY.fullmatch(entry)
            if not match or match[1] in self._cameras:
                raise ValueError(f"cameras: {entry!r} is no ID=DRIVER or ID=DRIVER:ADDRESS, once")
            if match[2] not in known:
                raise ValueError(f"cameras: no driver {match[2]!r}; there are: {', '.join(known)}")
            self._cameras[match[1]] = known[match[2]].open(match[3] or "")

    def __call__(self, id: int) -> Camera:
        """The camera with the id. Raises Unavailable for one that nobody configured."""
        found = self._cameras.get(str(id)) or self._cameras.get("*")
        if found is None:
            raise Unavailable(f"camera {id} has no driver")
        return found
