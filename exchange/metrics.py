"""What is counted of requests, for all processes of a server together, by prometheus-client."""

import os
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from prometheus_client import CollectorRegistry, Counter, Histogram, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.utils import floatToGoString

from representations.schema import TEXT, Listed, Object, Property, optional

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # in the environment: where processes share what they count
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Labels(NamedTuple):
    """What requests are counted by. Each has few values, whatever clients send."""

    route: str
    method: str
    status: int
    representation: str
    cache: str


_TEXT = Property(TEXT)
_LABELS = Object("labels", dict.fromkeys((*Labels._fields, "le"), optional(TEXT)))
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
        self._of = lru_cache(10_000)(self._children)

    def count(self, labels: Labels, seconds: float) -> None:
        requests, times = self._of(labels)
        requests.inc()
        times.observe(seconds)

    def families(self) -> list[dict[str, Any]]:
        """All that is counted, by every process, as plain data. Values are text: they are numbers
        that no integer holds, and infinity."""
        return [_family(each) for each in self._collected()]

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
