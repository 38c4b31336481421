"""A request that comes again gets the answer that it got first, if it has an Idempotency-Key."""

from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from io import BytesIO
from secrets import token_hex
from typing import Any

from flask import Response, current_app, request

from exchange.answer import answer
from exchange.shown import Exact
from exchange.state import Exchange
from exchange.tasks import asker
from negotiate.idempotency import key
from negotiate.problem import Problem

Finish = Callable[[Exchange, Any], Response]
Perform = Callable[[Exchange, Finish], Response]
_TARGET = ("PATH_INFO", "QUERY_STRING", "CONTENT_TYPE", "HTTP_CONTENT_ENCODING")


def perform_once(exchange: Exchange, perform: Perform) -> Response:
    """The answer of `perform`; of a POST with a key that came before, the one that is kept of it.

    Only a success is kept, in the transaction that made it; after an error, which has written
    nothing, the key is free again. Raises Problem (400); the models' errors if the key was given to
    another request (422), or the same one is in progress (409).
    """
    field = request.environ.get("HTTP_IDEMPOTENCY_KEY")
    if field is None or request.method != "POST":
        return perform(exchange, answer)
    request_in_hand = _Once(_name(field), current_app.repeats)
    return request_in_hand.first_answer() or request_in_hand.perform(exchange, perform)


class _Once:
    def __init__(self, name: str, repeats: Any) -> None:
        self._name, self._holder, self._repeats = name, token_hex(16), repeats

    def first_answer(self) -> Response | None:
        digest = _digest()
        with current_app.database.unit(write=True):
            kept = self._repeats.begin(self._name, digest, self._holder)
        return kept and Exact(kept.content, kept.status, kept.fields)

    def perform(self, exchange: Exchange, perform: Perform) -> Response:
        kept: list[Response] = []

        def finish(exchange: Exchange, data: Any) -> Response:
            kept.append(answer(exchange, data))
            self._keep(kept[0])
            return kept[0]

        try:
            answered = perform(exchange, finish)
        except BaseException:
            self._in_unit(self._repeats.forget, self._name, self._holder)
            raise
        if answered is not kept[0]:  # a task that was waited for has ended
            self._in_unit(self._keep, answered)
        return answered

    def _keep(self, answered: Response) -> None:
        if "no-store" in answered.headers.get("Cache-Control", ""):  # a secret, that nobody keeps
            self._repeats.forget(self._name, self._holder)
            return
        fields = [[name, value] for name, value in answered.headers]
        kept = self._repeats.Kept(answered.status_code, fields, answered.get_data())
        seconds = current_app.settings.idempotency_seconds
        self._repeats.keep(self._name, self._holder, kept, seconds)

    def _in_unit(self, act: Callable[..., None], *values: Any) -> None:
        """What is done afterwards, if it can be: the answer does not depend on it."""
        with suppress(Exception), current_app.database.unit(write=True):
            act(*values)


def _name(field: str) -> str:
    try:
        given = key(field)
    except ValueError as error:
        raise Problem("malformed", f"Idempotency-Key {error}") from error
    return sha256(repr((asker(), given)).encode()).hexdigest()


def _digest() -> str:
    """Of all that makes the request: where it goes, and its content."""
    target = [request.environ.get(name, "") for name in _TARGET]
    return sha256(repr(target).encode() + _content()).hexdigest()


def _content() -> bytes:
    """The content, left to be read again; what is larger than it may be is refused then."""
    most = current_app.settings.max_content
    if (request.content_length or 0) > most:
        return b""
    content: bytes = request.stream.read(most + 1)
    request.environ["wsgi.input"] = BytesIO(content)
    del request.stream  # a cached property: made anew of that
    return content
