"""What answers depend on beside the request and the data: the program, and its settings."""

import sys
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import distributions
from pathlib import Path

from exchange.settings import Settings

_PARTS = ("negotiate", "representations", "models", "exchange", "resources", "vocabularies")
_ROOT = Path(__file__).parent.parent
# Settings that show in no answer, and may differ between servers that share a cache.
_UNSEEN = {
    *("database_url", "cache_url", "broker_url", "host", "port", "workers", "threads"),
    *("cache_entries", "log_level", "log_format", "task_threads", "metrics_port"),
}


def release(settings: Settings) -> str:
    """A name that is the same for processes that answer alike: of a cache that several releases
    share, each has its own part."""
    settled = settings.model_dump_json(exclude=_UNSEEN)
    made_by = sha256(_program() + settled.encode())
    return f"parley-{made_by.hexdigest()[:16]}"


@lru_cache(1)
def _program() -> bytes:
    """The digest of what this process runs, and of what it runs with."""
    installed = sorted(f"{each.name} {each.version}" for each in distributions())
    files = (
        file.read_bytes()
        for part in _PARTS
        for file in sorted((_ROOT / part).rglob("*"))
        if file.is_file() and file.suffix != ".pyc"
    )
    return sha256(b"".join([*files, sys.version.encode(), repr(installed).encode()])).digest()
