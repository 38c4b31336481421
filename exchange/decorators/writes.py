"""Decorators of views that change something, and of those below a row."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from flask import current_app, request

from exchange import content, preconditions
from exchange.links import add_links
from exchange.shapes import item_shape
from exchange.state import current, mark
from negotiate.conditional import Validators

View = Callable[..., Any]


def body(model: Any, **given: str) -> Callable[[View], View]:
    """The content as accepted data, in the view's argument `data`; that of a PATCH is what comes of
    the row. Nobody else can write the row from then on.

    given: members whose value the path has, and the name that it has there. Another value in the
    content is an error of the content.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def write(**values: Any) -> Any:
            if request.method == "PATCH":
                return view(**values, data=_patched(model, values["id"]))
            known = {member: values[name] for member, name in given.items()}
            data = model.accept(content.read(item_shape(model)), **known)
            if guard := current().guard:
                guard()
            return view(**values, data=data)

        return mark(write, accepts=model, given=frozenset(given))

    return decorate


def _patched(model: Any, id: int) -> Any:
    """The row with the patch applied, as accepted data."""
    exchange, patch = current(), content.read_patch(item_shape(model))
    if exchange.guard:
        exchange.guard()
    row = model.read(id)
    del row["version"]
    return model.accept(patch(add_links(model, [row], current_app.routes)[0]))


def existing(model: Any) -> Callable[[View], View]:
    """404 unless the id in the path is that of a row; before any content is read."""

    def decorate(view: View) -> View:
        @wraps(view)
        def check(**values: Any) -> Any:
            if current().traits.reads:
                _look(model, values["id"])
            else:
                model.stamp(values["id"])
            return view(**values)

        return check

    return decorate


def precondition(model: Any) -> Callable[[View], View]:
    """A write of one row, only if the request's preconditions hold (RFC 9110, 13): 404, 412, 428.

    They are checked before content is read, and again when nobody else can write the row.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def check(**values: Any) -> Any:
            exchange, seen = current(), _look(model, values["id"])
            if exchange.traits.reads:
                content.check_readable()
            preconditions.require(seen)
            preconditions.is_modified(seen)
            exchange.guard = partial(_lock, model, values["id"])
            if not exchange.traits.reads:
                exchange.guard()
            return view(**values)

        return check

    return decorate


def _look(model: Any, id: int) -> Validators:
    """What is there now. Not in the unit of the write: who sends content slowly holds no lock."""
    with current_app.database.unit(write=False):
        return Validators(None, *model.stamp(id))


def _lock(model: Any, id: int) -> None:
    preconditions.is_modified(Validators(None, *model.stamp(id, lock=True)))


def check_new() -> None:
    """Raises Problem (415, 412) for a POST that is not to be done: it selects no representation,
    so no tag can match."""
    if current().traits.reads:
        content.check_readable()
    preconditions.is_modified(Validators())


def creates(view: View) -> View:
    """201, with the URL of what was made (RFC 9110, 15.3.2). The view returns it with its links."""

    @wraps(view)
    def create(**values: Any) -> Any:
        check_new()
        made = view(**values)
        exchange = current()
        exchange.status = 201
        exchange.fields["Location"] = made["links"]["self"]
        return made

    return create
