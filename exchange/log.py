"""The log: lines on standard error, in JSON or for a person at a terminal, by structlog.

Every line has its time, its level, and the id of the request that it belongs to.
"""

import logging
import os
import sys
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog
from flask import has_request_context
from structlog.dev import ConsoleRenderer, plain_traceback
from structlog.processors import format_exc_info

from exchange.settings import Settings
from exchange.times import SEEN

Event = MutableMapping[str, Any]
_STDERR = 2 if sys.__stderr__ else None  # closed, 2 may be the number of any other file by now
_IS_TERMINAL = bool(_STDERR and os.isatty(_STDERR))


class _Lines:
    """Standard error, each line in one write, so that those of several processes do not mix."""

    def msg(self, line: bytes) -> None:
        if _STDERR:
            with suppress(OSError):  # that nobody reads the log is no reason not to answer
                os.write(_STDERR, line)

    debug = info = warning = error = critical = exception = msg


class _Bridge(logging.Handler):
    """What libraries log by the standard library, in the same lines."""

    def __init__(self, logger: Any) -> None:
        super().__init__(logging.WARNING)
        self._logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        told = {"logger": record.name, "exc_info": record.exc_info}
        self._logger.log(record.levelno, record.getMessage(), **told)


def make_logger(settings: Settings) -> Any:
    """The logger of an application."""
    is_text = settings.log_format == "text" or (settings.log_format == "auto" and _IS_TERMINAL)
    return structlog.wrap_logger(
        _Lines(),
        processors=[_stamp, _text if is_text else _json],
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
    ).bind()


def take_over(logger: Any) -> None:
    """From now on what this process logs by the standard library goes to the logger."""
    logging.getLogger().handlers = [_Bridge(logger)]


def _stamp(logger: Any, level: str, event: Event) -> Event:
    """In order: what every line has, then what this one has; `line` holds what is in order."""
    told = {"time": datetime.now(UTC), "level": level, "event": event.pop("event")}
    if line := event.pop("line", None):
        return told | line
    if has_request_context():
        told["request_id"] = SEEN.get().id
    return told | format_exc_info(logger, level, event)


_encode: Callable[[Any], bytes] = msgspec.json.Encoder(enc_hook=repr).encode
_render = ConsoleRenderer(
    colors=_IS_TERMINAL,
    exception_formatter=plain_traceback,  # another would show what variables hold
    pad_event_to=0,
    sort_keys=False,
    timestamp_key="time",
)


def _json(logger: Any, level: str, event: Event) -> tuple[Any, Any]:
    return (_encode(event) + b"\n",), {}


def _text(logger: Any, level: str, event: Event) -> tuple[Any, Any]:
    """Nothing that a request says can end a line, or command the terminal."""
    shown = {name: _printable(value) for name, value in event.items() if value is not None}
    shown["time"] = f"{event['time']:%H:%M:%S}"
    return (f"{_render(logger, level, shown)}\n".encode(errors="backslashreplace"),), {}


def _printable(value: Any) -> str:
    return "".join(
        each if each.isprintable() or each == "\n" else ascii(each)[1:-1] for each in str(value)
    )
