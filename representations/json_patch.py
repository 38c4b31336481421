"""JSON Patch (RFC 6902), by the jsonpatch library, which knows no bounds: those are kept here."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from jsonpatch import JsonPatch, JsonPatchException, JsonPatchTestFailed
from jsonpointer import EndOfList, JsonPointer, JsonPointerException

from representations.base import Data, Malformed, Shape, bounded, json_pointer
from representations.json import decode
from representations.patch import Bounds, Inapplicable, Patch, Unprocessable, short

_NEEDED = {  # by operation, beside its path (4)
    "add": "value",
    "remove": None,
    "replace": "value",
    "move": "from",
    "copy": "from",
    "test": "value",
}
_WORK = 4  # times the size that a document may have: so much may be copied and moved in all

Members = dict[str, Any]


class _Step(NamedTuple):
    """One operation, and its place in the patch."""

    place: int
    members: Members

    def says(self, problem: object) -> str:
        return f"operation {self.place} ({self.members['op']}): {short(problem)}"


def apply(content: bytes, data: Data, shape: Shape, charset: str | None, bounds: Bounds) -> Data:
    operations = decode(content, shape, charset, bounds.depth)
    if not isinstance(operations, list):
        raise Malformed("a patch is a list of operations")
    if len(operations) > bounds.operations:
        raise Unprocessable(f"a patch has at most {bounds.operations} operations")
    steps = [*_checked(operations)]
    document = msgspec.to_builtins(data)
    size, work = _size(document), 0
    for step in steps:
        placed = _placed(step, document, bounds)
        size += placed if step.members["op"] != "move" else 0
        work += placed if "from" in step.members else 0  # what is added stands in the patch
        if size > bounds.size:
            size = _size(document) + placed
        if max(size, work / _WORK) > bounds.size:
            raise Unprocessable(step.says(f"makes more than {bounds.size} bytes"))
        document = _applied(step, document)
    return document


def _checked(operations: list[Any]) -> Iterator[_Step]:
    """The operations, each of which is one. Raises Malformed."""
    for place, members in enumerate(operations):
        if not isinstance(members, dict) or members.get("op") not in [*_NEEDED]:
            raise Malformed(f"operation {place}: its op is none of {', '.join(_NEEDED)}")
        needed = _NEEDED[members["op"]]
        if needed and needed not in members:
            raise Malformed(f"operation {place}: it has no {needed!r}")
        for name in ("path", *(["from"] if needed == "from" else ())):
            _check_pointer(place, members.get(name))
        yield _Step(place, members)


def _check_pointer(place: int, text: Any) -> None:
    if not isinstance(text, str):
        raise Malformed(f"operation {place}: a path is text")
    try:
        JsonPointer(text)
    except JsonPointerException as error:
        raise Malformed(f"operation {place}: {short(error)}") from error


def _placed(step: _Step, document: Data, bounds: Bounds) -> int:
    """The bytes that are put into the document at most; before anything is copied."""
    path, name = JsonPointer(step.members["path"]), step.members["op"]
    if name in ("add", "replace"):
        added = step.members["value"]
    elif name in ("copy", "move"):
        added = _found(step, document)
    else:
        return 0
    try:
        bounded(added, bounds.depth - len(path.parts))
    except Malformed as error:
        raise Unprocessable(step.says(error)) from error
    return _size(added) + len(step.members["path"]) + len('"":,')


def _found(step: _Step, document: Data) -> Data:
    try:
        found = JsonPointer(step.members["from"]).resolve(document)
    except JsonPointerException as error:
        raise Inapplicable(step.says(f"there is no {step.members['from']}")) from error
    if isinstance(found, EndOfList):
        raise Inapplicable(step.says(f"nothing stands at {step.members['from']}"))
    return found


def _applied(step: _Step, document: Data) -> Data:
    try:
        return JsonPatch([step.members]).apply(document, in_place=True)
    except JsonPatchTestFailed as error:
        raise Inapplicable(step.says(f"{step.members['path']} has another value")) from error
    except (JsonPatchException, JsonPointerException) as error:
        raise Inapplicable(step.says(f"not possible at {step.members['path']}")) from error


def _size(data: Data) -> int:
    return len(msgspec.json.encode(data))


JSON_PATCH = Patch("application/json-patch+json", apply, json_pointer)
