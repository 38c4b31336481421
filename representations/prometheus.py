"""Measurements as Prometheus reads them: its text format, 0.0.4."""

from collections.abc import Iterator
from dataclasses import replace

from prometheus_client import Metric, generate_latest
from prometheus_client.registry import Collector

from representations.base import Data, Shape
from representations.json import JSON


class _Families(Collector):
    def __init__(self, families: Data) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        for family in self._families:
            metric = Metric(family["name"], family["help"], family["type"])
            for sample in family["samples"]:
                metric.add_sample(sample["name"], sample["labels"], float(sample["value"]))
            yield metric


def encode(data: Data, shape: Shape) -> bytes:
    return generate_latest(_Families(data["items"]))


PROMETHEUS = replace(
    JSON,
    name="prometheus",
    media_type="text/plain; version=0.0.4",
    charset="utf-8",
    encode=encode,
    decode=None,
    schema="",
    stream=None,
)
