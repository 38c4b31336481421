"""Decorators of views whose work takes long, and of those that show tasks."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from flask import Response, current_app, request

from exchange import query
from exchange.answer import answer
from exchange.decorators.reads import item
from exchange.decorators.writes import check_new, creates
from exchange.selection import FOLLOWED
from exchange.shapes import item_shape
from exchange.state import current, mark
from exchange.tasks import asker, ended, follow, problem_of, show_task
from negotiate.prefer import Preferences, preferences
from representations import EVENTS

View = Callable[..., Any]


def background(
    work: str, model: Any, *, at_once: bool = False, once: bool = False
) -> Callable[[View], View]:
    """202, with the URL of a task and the task (RFC 9110, 15.3.3); its work makes a row of the
    model. The view returns the arguments of the work, of that name in work/__init__.py, as data
    that JSON can hold. What the view itself writes is kept with the task, or neither is.

    Who prefers to wait (RFC 7240, 4.3) gets a 201, as from @creates, if the work ends in time.
    at_once: everybody waits who does not prefer `respond-async` (4.1). once: while a task with the
    same arguments of the same owner has not ended, there is no other: the answer names that one.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def begin(**values: Any) -> Any:
            check_new()
            exchange, tasks = current(), current_app.tasks
            id = tasks.begin(work, view(**values), asker(), once=once)
            preferred = preferences(request.headers.get("Prefer"))
            exchange.after = partial(_await, id, model, preferred, _seconds(preferred, at_once))
            task = show_task(tasks.look(id))
            exchange.status = 202
            exchange.fields["Location"] = task["links"]["self"]
            if applied := preferred.applied("respond-async"):
                exchange.fields["Preference-Applied"] = applied
            return task

        return mark(begin, starts=model)

    return decorate


def _seconds(preferred: Preferences, at_once: bool) -> int:
    """How long to wait for the task."""
    most: int = current_app.settings.max_wait
    if preferred.wait is not None:
        return min(preferred.wait, most)
    return most if at_once and not preferred.respond_async else 0


def _await(
    id: str, model: Any, preferred: Preferences, seconds: int, accepted: Response
) -> Response:
    """The answer once the task is there for everybody: what was made, if it is made in time."""
    current_app.wake(id)
    task = ended(id, seconds) if seconds else None
    if task is None:
        return accepted
    if task["state"] != "done":
        raise problem_of(task)
    return _made(model, task, preferred.applied("wait"))


def _made(model: Any, task: Any, applied: str) -> Response:
    exchange, result = current(), task["result"]
    exchange.fields = {"Preference-Applied": applied} if applied else {}
    with current_app.database.unit(write=False):
        if result is None:
            shown, exchange.status = show_task(task), 200
        else:
            shown = creates(item(model)(lambda: model.read(int(result.rpartition("/")[2]))))()
        return answer(exchange, shown)


def owned(view: View) -> View:
    """Of tasks, those of who asks: its name, in the view's argument `owner`. 404 for another's,
    whatever else the request says."""

    @wraps(view)
    def show(**values: Any) -> Any:
        owner = asker()
        if "id" in values:
            current_app.tasks.look(values["id"], owner)
        return view(**values, owner=owner)

    return show


def followed(model: Any) -> Callable[[View], View]:
    """A task: 200 while it goes on, or has failed; 303 to what it made. It can be followed as
    events. The view returns its plain data, with its version, result and owner."""

    def decorate(view: View) -> View:
        @wraps(view)
        def show(**values: Any) -> Any:
            row = view(**values)
            return follow(row["id"]) if current().selected is EVENTS else show_task(row)

        traits = {"model": model, "parameters": query.ROWS, "offers": FOLLOWED}
        return mark(show, shape=item_shape(model), **traits)

    return decorate
