"""Tasks handed to workers by a broker: dramatiq on Redis or RabbitMQ.

A message holds the id of a task and nothing else. The table stays the truth: a message that comes
twice finds nothing due, and one that is lost is made good by who looks at the table now and then.
"""

import logging
from queue import Empty, Full, Queue
from threading import Thread
from typing import Any

import dramatiq
import redis
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.brokers.redis import RedisBroker

from work.runner import Runner

log = logging.getLogger("parley.work")
NAME = "parley"
TIMEOUT = 2  # seconds that the broker may take
MOST = 1000  # ids that wait to be sent
REST = 1.0  # seconds before a broker that failed is tried again
PAUSE = 2.0  # seconds after which a worker looks at the table itself
_AMQP = f"connection_attempts=1&socket_timeout={TIMEOUT}&blocked_connection_timeout={TIMEOUT}"


class Sender:
    """Hands over the ids of tasks; in a thread of its own, so that no request waits for it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._ids: Queue[str] = Queue(MOST)
        Thread(target=self._send, daemon=True).start()

    def wake(self, id: str) -> None:
        try:
            self._ids.put_nowait(id)
        except Full:
            log.warning("the broker is behind: workers find %s in the table", id)

    def _send(self) -> None:
        actor = _actor(self._url, lambda id: None)
        while True:
            id = self._ids.get()
            try:
                actor.send(id)
            except Exception as error:  # each broker has errors of its own
                log.warning("the broker is down, workers find tasks in the table: %r", error)
                self._drop()

    def _drop(self) -> None:
        """What waits is found in the table too, sooner than it could be sent."""
        try:
            self._ids.get(timeout=REST)
            while True:
                self._ids.get_nowait()
        except Empty:
            pass


def consume(url: str, runner: Runner, threads: int) -> Any:
    """Starts so many threads that do what the broker hands over; `stop()` ends them."""

    def run(id: str) -> None:
        try:
            runner.run(id)
        except Exception as error:  # the message is done with all the same
            log.warning("the task %s was not begun: %r", id, error)

    actor = _actor(url, run)
    worker = dramatiq.Worker(actor.broker, worker_threads=threads, worker_timeout=100)
    worker.start()
    return worker


def _actor(url: str, run: Any) -> Any:
    return dramatiq.actor(run, actor_name="run", queue_name=NAME, broker=_broker(url))


def _broker(url: str) -> Any:
    if url.startswith("amqp"):
        url = f"{url}{'&' if '?' in url else '?'}{_AMQP}"
        return RabbitmqBroker(url=url, middleware=[])
    client = redis.from_url(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)
    return RedisBroker(client=client, middleware=[], namespace=NAME)
