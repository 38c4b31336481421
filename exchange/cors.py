"""Scripts of other origins: which answers they may read (Fetch, 3.3). Off unless configured."""

from collections.abc import Mapping
from typing import Any

from exchange.settings import Settings
from negotiate.cors import sharing_fields, varies

Fields = list[tuple[str, str]]


class Sharing:
    """What the settings say of other origins, for every answer: errors and 304 too."""

    def __init__(self, settings: Settings) -> None:
        self._origins = frozenset(settings.cors_origins.replace(",", " ").split())
        self._seconds = settings.cors_seconds
        self._varies = varies(self._origins)

    def add(self, environ: Mapping[str, Any], fields: Fields) -> Fields:
        """The fields of the answer, with those for the origin that asks."""
        if not self._origins:
            return fields
        is_options = environ["REQUEST_METHOD"] == "OPTIONS"
        asked = environ.get("HTTP_ACCESS_CONTROL_REQUEST_METHOD") if is_options else None
        allow = dict(fields).get("Allow", "")
        origin = environ.get("HTTP_ORIGIN")
        shared = sharing_fields(self._origins, origin, asked, allow, self._seconds)
        return [*(_varied(fields) if self._varies else fields), *shared.items()]


def _varied(fields: Fields) -> Fields:
    vary = [value for name, value in fields if name == "Vary"]
    others = [each for each in fields if each[0] != "Vary"]
    return [*others, ("Vary", ", ".join([*vary, "Origin"]))]
