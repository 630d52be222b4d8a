"""The picture as the topics hold it: the newest situation of every place, the newest alerts, and
which of those who write them have fallen silent."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from schemas.alert import Alert
from schemas.value import Situation, Value
from streams.hub.minutes import SILENT_WALL_SECONDS
from streams.runtime.clock import SiteClock
from streams.runtime.topics import partition_of

HUB_SILENT_SECONDS = 180.0
"""the hub speaks once a minute of site time: silent after so long by both clocks"""
HUB = ""
"""writer of what the hub adds; it stands in the situations as their cell"""


@dataclass(slots=True)
class Picture:
    """`told` holds each writer's situations by place. Writers are cells, each by its worker, and
    HUB.

    `heard_ms` is when a partition of the workers, or HUB, last wrote, Unix ms of the wall clock;
    `hub_at_ms` the site time of the hub's newest word.
    """

    partitions: int
    clock: SiteClock
    told: dict[str, dict[str, Situation]] = field(default_factory=dict)
    alerts: dict[str, Alert] = field(default_factory=dict)
    heard_ms: dict[int | str, int] = field(default_factory=dict)
    hub_at_ms: int = 0

    def take(self, situation: Situation, partition: int, wall_ms: int) -> None:
        """Takes in one message of `situation`, written to a partition at a time."""
        writer = partition if situation.cell else HUB
        self.heard_ms[writer] = max(wall_ms, self.heard_ms.get(writer, 0))
        if writer == HUB:
            self.hub_at_ms = max(situation.at_ms, self.hub_at_ms)
        if not situation.sign_of_life:
            self.told.setdefault(situation.place, {})[situation.cell] = situation

    def take_alert(self, alert: Alert) -> bool:
        """Whether this version is news."""
        known = self.alerts.get(alert.id)
        if known is not None and known.version >= alert.version:
            return False
        self.alerts[alert.id] = alert
        return True

    def situation(self, place: str) -> Situation | None:
        """All that its cell's worker and the hub say of a place; None when neither did. What a
        writer said that is silent now is unknown."""
        parts = sorted(self.told.get(place, {}).values(), key=lambda part: part.cell == HUB)
        if not parts:
            return None
        values: dict[str, Value] = {}
        for part in parts:
            silent = self.silent_for_ms(part.cell) is not None
            for key, value in part.values.items():
                values[key] = _silenced(value) if silent else value
        arrivals = () if self.silent_for_ms(parts[0].cell) is not None else parts[0].arrivals
        return msgspec.structs.replace(
            parts[0], at_ms=max(part.at_ms for part in parts), values=values, arrivals=arrivals
        )

    def values(self, place: str) -> dict[str, Value]:
        """Those of its situation."""
        situation = self.situation(place)
        return {} if situation is None else dict(situation.values)

    def silent_for_ms(self, writer: str) -> int | None:
        """Wall time since a cell's worker or HUB last wrote; None while it is not silent."""
        if writer == HUB:
            return self._hub_silent_for_ms()
        return self._partition_silent_for_ms(partition_of(writer, self.partitions))

    def silences(self) -> Iterator[str]:
        """Who is silent, in words."""
        silent: dict[int | str, int | None] = {
            number: self._partition_silent_for_ms(number) for number in range(self.partitions)
        }
        silent[HUB] = self._hub_silent_for_ms()
        for writer, for_ms in silent.items():
            if for_ms is not None:
                name = "the hub" if writer == HUB else f"the worker of partition {writer}"
                since = f"for {for_ms // 1000} s" if writer in self.heard_ms else "yet"
                yield f"{name} has told nothing {since}"

    def _partition_silent_for_ms(self, number: int) -> int | None:
        passed_ms = self._passed_ms(number)
        return passed_ms if passed_ms > SILENT_WALL_SECONDS * 1000 else None

    def _hub_silent_for_ms(self) -> int | None:
        passed_ms = self._passed_ms(HUB)
        behind_ms = self.clock.now_ms() - self.hub_at_ms
        return passed_ms if min(passed_ms, behind_ms) > HUB_SILENT_SECONDS * 1000 else None

    def _passed_ms(self, writer: int | str) -> int:
        return time.time_ns() // 1_000_000 - self.heard_ms.get(writer, 0)

    def open_alerts(self, place: str) -> list[Alert]:
        """Alerts at a place that are not cleared, the gravest first."""
        found = [a for a in self.alerts.values() if a.place == place and a.state != "cleared"]
        return sorted(found, key=lambda alert: (-alert.level, alert.onset_ms))


def _silenced(value: Value) -> Value:
    """What is left of a value when nobody speaks for it any more."""
    return msgspec.structs.replace(value, status="unknown", value=None, reason="silent-cell")
