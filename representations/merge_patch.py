"""JSON Merge Patch (RFC 7396): the members to change; null takes one away."""

import msgspec

from representations.base import Data, Shape, json_pointer
from representations.json import decode
from representations.patch import Bounds, Patch


def apply(content: bytes, data: Data, shape: Shape, charset: str | None, bounds: Bounds) -> Data:
    return merged(msgspec.to_builtins(data), decode(content, shape, charset, bounds.depth))


def merged(target: Data, patch: Data) -> Data:
    """The target with the patch applied, as section 2 has it."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


MERGE_PATCH = Patch("application/merge-patch+json", apply, json_pointer)
