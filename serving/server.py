"""The processes that serve: uvicorn's, on one socket, with our protocol and our gateway."""

import os
import signal
import socket
from multiprocessing import parent_process
from threading import Thread
from typing import Any

from uvicorn import Config
from uvicorn.supervisors import Multiprocess

from serving.protocol import Protocol

BACKLOG = 1024  # connections that wait to be accepted
STOP_SECONDS = 10  # for requests in hand, after the signal to stop


def listen(host: str, port: int) -> socket.socket:
    """The socket, listening from now on, so that no connection is refused while a worker starts or
    is brought back. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.create_server((host, port), family=family, backlog=BACKLOG)
    made.set_inheritable(True)
    return made


def serve(factory: str, settings: Any, listening: socket.socket) -> None:
    """Serves until SIGTERM or SIGINT what the factory (`module:function`) makes in each process.

    A worker that dies is brought back; one that cannot start ends the server.
    """
    config = Config(
        factory,
        factory=True,
        workers=settings.workers,
        http=Protocol,
        ws="none",
        lifespan="on",
        interface="asgi3",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        log_level="error",  # what clients do wrong is told to them
        backlog=BACKLOG,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    Multiprocess(config, sockets=[listening]).run()


def end_with_parent() -> None:
    """Lets this process end when the one that started it is gone: nobody would tell it to."""
    if parent := parent_process():
        Thread(target=_wait_for, args=(parent,), daemon=True).start()


def _wait_for(parent: Any) -> None:
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
