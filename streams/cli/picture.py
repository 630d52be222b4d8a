"""The picture as the topics hold it: the newest situation of every place, the newest alerts."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import msgspec

from schemas.alert import Alert
from schemas.value import Situation, Value
from streams.cli.reader import Message, Reader, decoded
from streams.hub.minutes import SILENT_WALL_SECONDS
from streams.runtime.topics import ALERTS, SITUATION, partition_of

HUB_SILENT_WALL_SECONDS = 180.0
"""the hub speaks once a minute of site time"""
HUB = "hub"

_situation_of = msgspec.json.Decoder(Situation).decode
_alert_of = msgspec.json.Decoder(Alert).decode


@dataclass(slots=True)
class Picture:
    """`told` holds each writer's situations by place. Writers are cells' workers and HUB.

    `heard_ms` is when a partition of the workers, or HUB, last wrote, Unix ms of the wall clock.
    """

    partitions: int
    told: dict[str, dict[str, Situation]] = field(default_factory=dict)
    alerts: dict[str, Alert] = field(default_factory=dict)
    heard_ms: dict[int | str, int] = field(default_factory=dict)

    def take(self, message: Message) -> None:
        """Takes in one message of `situation` or `alerts`. Raises UnreadableError."""
        if message.topic == ALERTS:
            alert = decoded(message, _alert_of)
            known = self.alerts.get(alert.id)
            if known is None or known.version < alert.version:
                self.alerts[alert.id] = alert
            return
        situation = decoded(message, _situation_of)
        writer = message.partition if situation.cell else HUB
        self.heard_ms[writer] = max(message.at_ms, self.heard_ms.get(writer, 0))
        if not situation.sign_of_life:
            self.told.setdefault(situation.place, {})[situation.cell or HUB] = situation

    def values(self, place: str) -> dict[str, Value]:
        """All values of a place: the worker's, and what the hub adds. What a writer said that is
        silent now is unknown."""
        found: dict[str, Value] = {}
        for writer, situation in self.told.get(place, {}).items():
            silent = self.silent_for_ms(writer) is not None
            for key, value in situation.values.items():
                found[key] = silenced(value) if silent else value
        return found

    def at_ms(self, place: str) -> int | None:
        """Site time of the newest word on a place."""
        return max((told.at_ms for told in self.told.get(place, {}).values()), default=None)

    def silent_for_ms(self, writer: str) -> int | None:
        """Wall time since a cell's worker or HUB last wrote; None while it is not silent."""
        key: int | str = HUB if writer == HUB else partition_of(writer, self.partitions)
        limit = HUB_SILENT_WALL_SECONDS if writer == HUB else SILENT_WALL_SECONDS
        passed_ms = int(time.time() * 1000) - self.heard_ms.get(key, 0)
        return passed_ms if passed_ms > limit * 1000 else None

    def open_alerts(self, place: str) -> list[Alert]:
        """Alerts at a place that are not cleared, the gravest first."""
        found = [a for a in self.alerts.values() if a.place == place and a.state != "cleared"]
        return sorted(found, key=lambda alert: (-alert.level, alert.onset_ms))


def silenced(value: Value) -> Value:
    """What is left of a value when nobody speaks for it any more."""
    return msgspec.structs.replace(value, status="unknown", value=None, reason="silent-cell")


def read_picture(reader: Reader) -> Picture:
    """Reads both topics from their start to their present end."""
    picture = Picture(partitions=len(reader.partitions((SITUATION,))))
    for message in reader.past(SITUATION, ALERTS):
        picture.take(message)
    return picture
