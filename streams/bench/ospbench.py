"""The stages of the Open Stream Processing Benchmark on the recording it was made for.

Semantics: van Dongen & Van den Poel, "Evaluation of Stream Processing Frameworks", IEEE TPDS 31(8),
2020. Motorway loops tell the flow and the speed of each lane and minute in records of their own:

1. parse them; 2. join flow and speed of a lane and minute; 3. over the lanes of a measurement
point, sum the flow and average the speed of a minute; 4. relative change against a short and a long
while ago. Each stage is a generator over the one before; records come in the order of their
minutes.
"""

from __future__ import annotations

import gzip
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

ZONE = ZoneInfo("Europe/Amsterdam")
MINUTE_MS = 60_000
KEPT_MINUTES = 10
"""how long a lane's flow waits for its speed, in event time (ours)"""
SHORT_MS = 1 * MINUTE_MS
LONG_MS = 5 * MINUTE_MS
"""look-back (ours: the publication leaves both to a configuration file)"""


class _Said(msgspec.Struct, gc=False):
    """What is used of a record's JSON; one of flow (veh/h) and speed (km/h) is there."""

    timestamp: str
    flow: float | None = None
    speed: float | None = None


class Seen(NamedTuple):
    """One record."""

    at_ms: int
    point: bytes
    lane: bytes
    flow: float | None
    speed: float | None


class Lane(NamedTuple):
    """A lane in a minute."""

    at_ms: int
    point: bytes
    flow: float
    speed: float


class Point(NamedTuple):
    """All lanes of a measurement point in a minute: flow is a sum, speed a mean."""

    at_ms: int
    point: bytes
    flow: float
    speed: float


class Change(NamedTuple):
    """Relative to a short and a long while ago; None where nothing is known or it was 0."""

    now: Point
    flow_short: float | None
    flow_long: float | None
    speed_short: float | None
    speed_long: float | None


_decode = msgspec.json.Decoder(_Said).decode


def parsed(lines: Iterable[bytes]) -> Iterator[Seen]:
    """Lines are `<path>/<point>/<lane>= {json}`."""
    for line in lines:
        key, _, said = line.partition(b"= ")
        _, point, lane = key.rsplit(b"/", 2)
        record = _decode(said)
        yield Seen(_instant_ms(record.timestamp), point, lane, record.flow, record.speed)


@lru_cache(maxsize=1024)
def _instant_ms(timestamp: str) -> int:
    local = datetime.strptime(timestamp, "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=ZONE)
    return round(local.timestamp() * 1000)


def joined(records: Iterable[Seen]) -> Iterator[Lane]:
    """A lane of a minute is told when both are there; what finds no partner is forgotten."""
    waiting: dict[int, dict[tuple[bytes, bytes], Seen]] = {}
    minute: dict[tuple[bytes, bytes], Seen] = {}
    at_ms = -1
    for record in records:
        if record.at_ms != at_ms:
            at_ms = record.at_ms
            minute = waiting.setdefault(at_ms, {})
            _forget(waiting, at_ms - KEPT_MINUTES * MINUTE_MS)
        key = (record.point, record.lane)
        other = minute.pop(key, record)
        flow = record.flow if other.flow is None else other.flow
        speed = record.speed if other.speed is None else other.speed
        if flow is None or speed is None:
            minute[key] = record
        else:
            yield Lane(at_ms, record.point, flow, speed)


def aggregated(lanes: Iterable[Lane]) -> Iterator[Point]:
    """The points of a minute are told when the next one begins, and at the end."""
    window: dict[bytes, list[float]] = {}
    at_ms = -1
    for lane in lanes:
        if lane.at_ms != at_ms:
            yield from _closed(at_ms, window)
            at_ms, window = lane.at_ms, {}
        sums = window.setdefault(lane.point, [0, 0.0, 0.0])
        sums[0] += 1
        sums[1] += lane.flow
        sums[2] += lane.speed
    yield from _closed(at_ms, window)


def _closed(at_ms: int, window: dict[bytes, list[float]]) -> Iterator[Point]:
    for point, (lanes, flow, speed) in window.items():
        yield Point(at_ms, point, flow, speed / lanes)


def changed(points: Iterable[Point]) -> Iterator[Change]:
    past: dict[bytes, dict[int, Point]] = {}
    for now in points:
        known = past.setdefault(now.point, {})
        short, long = known.get(now.at_ms - SHORT_MS), known.get(now.at_ms - LONG_MS)
        known[now.at_ms] = now
        _forget(known, now.at_ms - LONG_MS)
        yield Change(
            now,
            _relative(now.flow, short and short.flow),
            _relative(now.flow, long and long.flow),
            _relative(now.speed, short and short.speed),
            _relative(now.speed, long and long.speed),
        )


def _forget(by_instant: dict[int, Any], before_ms: int) -> None:
    """What is older goes; the instants were put in in their order."""
    while (oldest := next(iter(by_instant))) < before_ms:
        del by_instant[oldest]


def _relative(now: float, before: float | None) -> float | None:
    return (now - before) / before if before else None


STAGES: Mapping[str, Callable[[Iterable[bytes]], Iterator[object]]] = {
    "1 parse": parsed,
    "2 join": lambda lines: joined(parsed(lines)),
    "3 aggregate": lambda lines: aggregated(joined(parsed(lines))),
    "4 change": lambda lines: changed(aggregated(joined(parsed(lines)))),
}
"""each with all before it"""


def lines_of(recording: Path) -> list[bytes]:
    with gzip.open(recording, "rb") as file:
        return file.read().splitlines()


def measure(lines: list[bytes], passes: int) -> dict[str, float]:
    """CPU µs a record up to and with each stage: the median of passes over the whole recording."""
    return {
        name: round(median(_pass(stage(lines)) for _ in range(passes)) / len(lines) * 1e6, 3)
        for name, stage in STAGES.items()
    }


def _pass(results: Iterator[object]) -> float:
    started = time.thread_time()
    deque(results, maxlen=0)
    return time.thread_time() - started
