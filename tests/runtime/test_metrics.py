"""The metrics page of a picture: unknown is absent, and labels come from the site only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from schemas.codec import decode, explain
from schemas.structs import structs
from streams.domains import catalogue
from streams.partition import Partition
from streams.rules.book import RuleBook
from streams.runtime import metrics
from streams.runtime.latency import BOUNDS_SECONDS, LatencyHistogram
from tests.partition.stream import body, message
from tests.town import T0_MS, TOPIC, town

NOW_MS = T0_MS + 1_000
Sample = tuple[str, tuple[tuple[str, str], ...]]


class Page(Collector):
    """What a worker shows of one partition."""

    def __init__(self, partition: Partition) -> None:
        self._partition = partition

    def collect(self) -> Iterator[Metric]:
        picture = self._partition.picture
        rows = catalogue()
        units = {key: rows.row(key).unit for key in rows.cell_keys()}
        values = [(k, v) for k, state in picture.places.items() for v in state.values.values()]
        yield from metrics.value_metrics(values, units, NOW_MS)
        yield from metrics.source_metrics([picture], NOW_MS)

    def samples(self) -> dict[Sample, float]:
        """Parsed back from the page as Prometheus gets it."""
        registry = CollectorRegistry()
        registry.register(self)
        text = generate_latest(registry).decode()
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


@pytest.fixture
def partition() -> Partition:
    site = town()
    return Partition(
        0,
        ("hall", "road"),
        site=site,
        catalogue=catalogue(),
        rules=RuleBook((), site),
        decode=decode,
        explain=explain,
        record_types=structs(),
    )


def hear(partition: Partition, camera: str, place: str, count: int, at_ms: int = T0_MS) -> None:
    content: dict[str, Any] = body("transport.crowd", camera, place, at_ms, count=count)
    offset = partition.positions.get(TOPIC, 0)
    partition.step(TOPIC, "transport", [message(offset, at_ms + 200, "hall", content)])


def at(place: str, **more: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted({"place": place, **more}.items()))


COUNT = "crowd.count_persons"


def test_a_value_has_a_sample_while_it_is_known(partition: Partition) -> None:
    hear(partition, "cam-3", "hall.west", 42)
    found = Page(partition).samples()
    assert found["hubwatch_crowd_count_persons", at("hall.west")] == 42
    assert ("hubwatch_crowd_count_persons", at("hall.east")) not in found
    for place, status, coverage in (("hall.west", 0, 1), ("hall.east", 2, 0)):
        labels = at(place, measure=COUNT)
        assert found["hubwatch_status", labels] == status
        assert found["hubwatch_coverage_ratio", labels] == coverage
    assert found["hubwatch_age_seconds", at("hall.west", measure=COUNT)] == 1
    assert ("hubwatch_age_seconds", at("hall.east", measure=COUNT)) not in found

    partition.tick(T0_MS + 60_000)
    found = Page(partition).samples()
    assert not [name for name, _ in found if name == "hubwatch_crowd_count_persons"]
    assert found["hubwatch_status", at("hall.west", measure=COUNT)] == 2


def test_the_page_does_not_grow_with_the_sensors(partition: Partition) -> None:
    """Whatever sources call themselves, the series are those of the site."""
    hear(partition, "cam-3", "hall.west", 1)
    hear(partition, "cam-1", "hall.east", 1)
    before = Page(partition).samples()
    for n in range(200):
        hear(partition, f"stranger-{n}", "hall.west" if n % 2 else "hall.east", 1)
    after = Page(partition).samples()
    assert after.keys() == before.keys()
    assert "stranger" not in str(after.keys())
    fresh = (("feed", "transport.crowd"), ("state", "fresh"))
    assert after["hubwatch_sources", fresh] == before["hubwatch_sources", fresh] + 200


def test_latencies_are_counted_up_to_each_bound() -> None:
    histogram = LatencyHistogram()
    seconds = [0.0, 0.002, 0.0021, 0.5, 3.0, 59.0, 61.0]
    for each in seconds:
        histogram.observe(each)
    buckets = dict(histogram.buckets())
    for bound in BOUNDS_SECONDS:
        assert buckets[str(bound)] == sum(each <= bound for each in seconds)
    assert buckets["+Inf"] == len(seconds)
    assert histogram.sum_seconds == pytest.approx(sum(seconds))
