"""Two use cases of Theodolite on our own load: downsampling, and hierarchical aggregation.

Semantics: Henning & Hasselbring, "Theodolite: Scalability Benchmarking of Distributed Stream
Processing Engines in Microservice Architectures", Big Data Research 25, 2021. Records come in the
order of their instants; windows are of event time and tumble.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import count, islice
from statistics import median
from typing import NamedTuple

from streams.bench.load import Load
from streams.bench.peers.fold import decode_used
from streams.bench.stream import Stream

DOWNSAMPLE_MS = 60_000
EMIT_MS = 5_000
"""how often all groups are told (ours)"""
PASSES = 3
ROOT = "site"


class Measured(NamedTuple):
    """One record of a sensor."""

    at_ms: int
    sensor: str
    value: float


class Mean(NamedTuple):
    """Of a sensor over a window."""

    start_ms: int
    sensor: str
    mean: float
    records: int


class Total(NamedTuple):
    """Of all sensors below a group: the sum of the newest value of each, at the end of a window."""

    end_ms: int
    group: str
    total: float


def measured(payloads: Iterable[bytes]) -> Iterator[Measured]:
    for payload in payloads:
        record = decode_used(payload)
        value = record.speed_kmh if record.kind == "road_flow" else record.count
        yield Measured(record.observed_at_ms, record.source, value)


def downsampled(records: Iterable[Measured], window_ms: int = DOWNSAMPLE_MS) -> Iterator[Mean]:
    """Use case 2: the mean of each sensor, told when the next window begins, and at the end."""
    sums: dict[str, list[float]] = {}
    start_ms = end_ms = 0
    for at_ms, sensor, value in records:
        if at_ms >= end_ms:
            yield from _means(start_ms, sums)
            start_ms, sums = at_ms - at_ms % window_ms, {}
            end_ms = start_ms + window_ms
        known = sums.get(sensor)
        if known is None:
            sums[sensor] = [1, value]
        else:
            known[0] += 1
            known[1] += value
    yield from _means(start_ms, sums)


def _means(start_ms: int, sums: Mapping[str, Sequence[float]]) -> Iterator[Mean]:
    for sensor, (records, total) in sums.items():
        yield Mean(start_ms, sensor, total / records, round(records))


def totalled(
    records: Iterable[Measured], groups: Mapping[str, Sequence[str]], window_ms: int = EMIT_MS
) -> Iterator[Total]:
    """Use case 4: `groups` has those a sensor is in, from the nearest to the root. A group's sum
    moves by what a value differs from the one before, so that its size does not matter."""
    newest: dict[str, float] = {}
    totals: dict[str, float] = {}
    end_ms = 0
    for at_ms, sensor, value in records:
        if at_ms >= end_ms:
            yield from (Total(end_ms, *each) for each in totals.items())
            end_ms = at_ms - at_ms % window_ms + window_ms
        difference = value - newest.get(sensor, 0.0)
        newest[sensor] = value
        for group in groups[sensor]:
            totals[group] = totals.get(group, 0.0) + difference
    yield from (Total(end_ms, *each) for each in totals.items())


def hierarchy(load: Load) -> Mapping[str, Sequence[str]]:
    """By sensor: its place, the place's cell, the site."""
    return {r.key: (r.spot.key, r.spot.cell, ROOT) for r in load.reporters}


def payloads(load: Load, records: int) -> list[bytes]:
    stream = Stream(load)
    rounds = (message.value for number in count() for message in stream.round(number))
    return list(islice(rounds, records))


def measure(load: Load, records: int) -> dict[str, float]:
    """CPU µs a record, the median of passes."""
    told = payloads(load, records)
    cases: dict[str, Callable[[Iterable[Measured]], Iterator[object]]] = {
        "2 downsampling": downsampled,
        "4 hierarchical aggregation": partial(totalled, groups=hierarchy(load)),
    }
    spent = {
        name: median(_pass(case(measured(told))) for _ in range(PASSES))
        for name, case in cases.items()
    }
    return {name: round(seconds / records * 1e6, 3) for name, seconds in spent.items()}


def _pass(results: Iterator[object]) -> float:
    started = time.thread_time()
    deque(results, maxlen=0)
    return time.thread_time() - started
