"""What is counted of requests, for all processes of a server together, by prometheus-client."""

import os
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from prometheus_client import CollectorRegistry, Counter, Histogram, Metric, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.utils import floatToGoString

from representations.schema import TEXT, Listed, Object, Property, optional

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # in the environment: where processes share what they count
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
ATTEMPT_SECONDS = (0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600)


class Labels(NamedTuple):
    """What requests are counted by. Each has few values, whatever clients send."""

    route: str
    method: str
    status: int
    representation: str
    cache: str


_TEXT = Property(TEXT)
_OF_TASKS = ("state", "work", "outcome")
_LABELS = Object("labels", dict.fromkeys((*Labels._fields, *_OF_TASKS, "le"), optional(TEXT)))
_SAMPLE = Object("sample", {"name": _TEXT, "labels": Property(_LABELS), "value": _TEXT})
_FAMILY = Object(
    "family",
    {**dict.fromkeys(("name", "type", "help"), _TEXT), "samples": Property(Listed(_SAMPLE))},
)
METRICS = Object("metrics", {"items": Property(Listed(_FAMILY))})


class Metrics:
    """The counts of an application."""

    def __init__(self) -> None:
        self._own = CollectorRegistry()
        self._requests = Counter(
            "parley_requests", "Requests that were answered.", Labels._fields, registry=self._own
        )
        self._seconds = Histogram(
            "parley_request_seconds",
            "Seconds until the answer was made; of a stream, until its end.",
            ("route", "method"),
            registry=self._own,
            buckets=SECONDS,
        )
        self._attempts = Counter(
            "parley_task_attempts",
            "Attempts at tasks that have ended.",
            ("work", "outcome"),
            registry=self._own,
        )
        self._attempt_seconds = Histogram(
            "parley_task_attempt_seconds",
            "Seconds that attempts at tasks took.",
            ("work",),
            registry=self._own,
            buckets=ATTEMPT_SECONDS,
        )
        self._of = lru_cache(10_000)(self._children)

    def count(self, labels: Labels, seconds: float) -> None:
        requests, times = self._of(labels)
        requests.inc()
        times.observe(seconds)

    def count_attempt(self, work: str, outcome: str, seconds: float) -> None:
        self._attempts.labels(work, outcome).inc()
        self._attempt_seconds.labels(work).observe(seconds)

    def families(self, queue: Mapping[str, Any] | None) -> list[dict[str, Any]]:
        """All that is counted, by every process, and the queue, if it is known, as plain data.
        Values are text: they are numbers that no integer holds, and infinity."""
        there = [*self._collected(), *(_queue(queue) if queue else ())]
        return [_family(each) for each in there]

    def serve(self, host: str, port: int) -> None:
        """Shows what this process has counted, at that port. Raises OSError."""
        start_http_server(port, host, self._own)

    def _children(self, labels: Labels) -> tuple[Any, Any]:
        method = labels.method if labels.method in METHODS else "other"
        counted = labels._replace(method=method)
        return self._requests.labels(*counted), self._seconds.labels(labels.route, method)

    def _collected(self) -> Iterable[Metric]:
        if FOLDER not in os.environ:
            return self._own.collect()
        shared = CollectorRegistry()
        MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
        return shared.collect()


def _queue(queue: Mapping[str, Any]) -> Iterable[Metric]:
    tasks = GaugeMetricFamily("parley_tasks", "Tasks that are known.", labels=["state"])
    for state, count in queue.items():
        if state != "oldest":
            tasks.add_metric([state], count)
    text = "Seconds that the oldest queued task has been due."
    return tasks, GaugeMetricFamily("parley_tasks_oldest_seconds", text, value=queue["oldest"])


def _family(metric: Metric) -> dict[str, Any]:
    samples = [
        {"name": sample.name, "labels": dict(sample.labels), "value": floatToGoString(sample.value)}
        for sample in metric.samples
        if not sample.name.endswith("_created")
    ]
    return {
        "name": metric.name,
        "type": metric.type,
        "help": metric.documentation,
        "samples": samples,
    }
