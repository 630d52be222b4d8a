"""The records of a load, rendered fast enough to outrun the worker they are meant for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from streams.bench.load import COUNT, Load, Reporter
from streams.runtime.topics import partition_of

DELAY_MS = 40
"""from observation to arrival"""
CROWD = 3000
HOUR_MS = 3_600_000
NOISE = tuple(n * 7 % 10 for n in range(10))

ROAD = (
    b'{"kind":"road_flow","id":"%(key)b-%%d","feed":"transport.road","source":"%(key)b",'
    b'"place":"%(place)b","observed_at_ms":%%d,"simulated":true,'
    b'"speed_kmh":%%d.%%d,"flow_veh_h":%%d.0,"occupancy_ratio":0.%%d8}'
)
WALKWAY = (
    b'{"kind":"crowd_count","id":"%(key)b-%%d","feed":"police.crowd","source":"%(key)b",'
    b'"place":"%(place)b","observed_at_ms":%%d,"simulated":true,'
    b'"count":%%d,"confidence_ratio":0.9%%d}'
)


class Message(NamedTuple):
    """One record on its way to an inbox; times are Unix ms."""

    topic: str
    partition: int
    key: bytes
    timestamp: int
    value: bytes
    crossing: str
    """the place whose rule this record makes raise or clear an alert, or "" """


@dataclass(frozen=True, slots=True)
class _Voice:
    """What stays the same in all records of a source."""

    reporter: Reporter
    topic: str
    partition: int
    key: bytes
    template: bytes
    offset_ms: int


class Stream:
    """Renders the rounds of a load; a round holds one record of each source, in time order."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self._cadence_ms = round(load.cadence_seconds * 1000)
        self._voices = [self._voice(reporter) for reporter in load.reporters]

    def _voice(self, reporter: Reporter) -> _Voice:
        spot = reporter.spot
        names = {b"key": reporter.key.encode(), b"place": spot.key.encode()}
        return _Voice(
            reporter,
            f"inbox.{reporter.feed.partition('.')[0]}",
            partition_of(spot.cell, self.load.partitions),
            spot.cell.encode(),
            (ROAD if spot.road else WALKWAY) % names,
            int(reporter.phase * self._cadence_ms),
        )

    def round(self, number: int, start_ms: int | None = None) -> Iterator[Message]:
        """The records of a round, which begins at `start_ms` or where it belongs in event time."""
        if start_ms is None:
            start_ms = self.load.start_ms + number * self._cadence_ms
        for turn, voice in enumerate(self._voices):
            at_ms = start_ms + voice.offset_ms
            noise = NOISE[(turn + number * 3) % 10]
            if voice.reporter.spot.road:
                speed, flow = (8, 900) if _jammed(voice.reporter, at_ms) else (60, 2400)
                fields: tuple[int, ...] = (speed + noise, noise, flow + 10 * noise, noise)
                crossing = ""
            else:
                crowd, crossing = self._crowd(voice.reporter, number)
                fields = (COUNT + noise + crowd, noise)
            value = voice.template % (at_ms, at_ms, *fields)
            arrival_ms = at_ms + DELAY_MS
            yield Message(voice.topic, voice.partition, voice.key, arrival_ms, value, crossing)

    def _crowd(self, reporter: Reporter, number: int) -> tuple[int, str]:
        if reporter.index:
            return 0, ""
        since = (number + reporter.spot.number) % self.load.crowded_every
        return (CROWD if since == 0 else 0), (reporter.spot.key if since < 2 else "")


def _jammed(reporter: Reporter, at_ms: int) -> bool:
    return reporter.spot.number % 10 == 0 and at_ms % HOUR_MS < HOUR_MS // 4
