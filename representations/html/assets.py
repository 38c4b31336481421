"""What a page loads, from this server alone: each file by a name that changes with its bytes."""

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

_FOLDER = Path(__file__).parent / "assets"


@dataclass(frozen=True)
class Asset:
    """A file, its media type, and its digest as Subresource Integrity has it (SRI, 3.5)."""

    suffix: str
    media_type: str
    content: bytes

    @property
    def name(self) -> str:
        return f"{sha256(self.content).hexdigest()[:16]}.{self.suffix}"

    @property
    def integrity(self) -> str:
        return f"sha256-{b64encode(sha256(self.content).digest()).decode()}"


def _read(file: str, media_type: str) -> Asset:
    return Asset(file.rpartition(".")[2], media_type, (_FOLDER / file).read_bytes())


STYLE = _read("page.css", "text/css")
SCRIPT = _read("page.js", "text/javascript")
ICON = _read("icon.svg", "image/svg+xml")
ASSETS = (STYLE, SCRIPT, ICON)
