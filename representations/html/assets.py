"""What a page loads, from this server alone: each file by a name that changes with its bytes."""

from base64 import b64encode
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

_FOLDER = Path(__file__).parent / "assets"
# The package is used for its files alone: what it makes of them has a script inside its page.
_SWAGGER = Path(getattr(find_spec("flask_swagger_ui"), "origin", "")).parent / "dist"


@dataclass(frozen=True)
class Asset:
    """A file, its media type, and its digest as Subresource Integrity has it (SRI, 3.5)."""

    suffix: str
    media_type: str
    content: bytes

    @cached_property
    def name(self) -> str:
        return f"{sha256(self.content).hexdigest()[:16]}.{self.suffix}"

    @cached_property
    def integrity(self) -> str:
        return f"sha256-{b64encode(sha256(self.content).digest()).decode()}"


def _read(file: str, media_type: str, folder: Path = _FOLDER) -> Asset:
    return Asset(file.rpartition(".")[2], media_type, (folder / file).read_bytes())


STYLE = _read("page.css", "text/css")
SCRIPT = _read("page.js", "text/javascript")
ICON = _read("icon.svg", "image/svg+xml")
DOCS = _read("docs.js", "text/javascript")
SWAGGER = _read("swagger-ui-bundle.js", "text/javascript", _SWAGGER)
SWAGGER_STYLE = _read("swagger-ui.css", "text/css", _SWAGGER)
ASSETS = (STYLE, SCRIPT, ICON, DOCS, SWAGGER, SWAGGER_STYLE)
