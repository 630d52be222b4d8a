"""Both use cases against the same figures worked out all at once."""

from __future__ import annotations

from collections import defaultdict
from statistics import fmean

import pytest

from streams.bench.load import Load
from streams.bench.theodolite import (
    Measured,
    downsampled,
    hierarchy,
    measured,
    payloads,
    totalled,
)

LOAD = Load(sources=300, places=40)
WINDOW_MS = 5_000


@pytest.fixture(scope="module")
def records() -> list[Measured]:
    return list(measured(payloads(LOAD, 6_000)))


def test_a_mean_is_that_of_the_sensors_records_in_the_window(records: list[Measured]):
    expected: dict[tuple[int, str], list[float]] = defaultdict(list)
    for record in records:
        expected[record.at_ms // WINDOW_MS * WINDOW_MS, record.sensor].append(record.value)
    found = {(m.start_ms, m.sensor): m for m in downsampled(records, WINDOW_MS)}
    assert found.keys() == expected.keys()
    for key, values in expected.items():
        assert found[key].records == len(values)
        assert found[key].mean == pytest.approx(fmean(values))


def test_a_total_is_the_sum_of_the_newest_values_below_at_every_level(records: list[Measured]):
    groups = hierarchy(LOAD)
    found = {(t.end_ms, t.group): t.total for t in totalled(records, groups, WINDOW_MS)}
    for end_ms in {end_ms for end_ms, _ in found}:
        newest = {r.sensor: r.value for r in records if r.at_ms < end_ms}
        sums: dict[str, float] = defaultdict(float)
        for sensor, value in newest.items():
            for group in groups[sensor]:
                sums[group] += value
        told = {group: total for (at_ms, group), total in found.items() if at_ms == end_ms}
        assert told == pytest.approx(sums)
