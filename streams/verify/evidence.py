"""What the topics hold, as the proof takes it up: messages, positions, nothing computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

At = tuple[str, int]
"""topic and partition"""
Where = tuple[str, int, int]
"""topic, partition and offset of a record"""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a topic, with what the core asks of a record. `timestamp` is Unix ms."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


Log = Mapping[At, list[Message]]
"""every message of some topics, in order"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything a proof is made from.

    `committed` was read before `snapshots`, and these before `alerts`: an offset that is committed
    has its mark among the snapshots, and an alert that a mark knows of is among the alerts.
    `hidden` counts by topic and partition what a reader of committed messages does not see.
    `ends` is how far the inboxes reached when the proof began: what has come since may still be on
    its way.
    """

    partitions: int
    ends: Mapping[At, int]
    inboxes: Log
    alerts: Log
    quarantine: Log
    snapshots: Mapping[int, Mapping[bytes, bytes]]
    """the newest message by key, by partition"""
    committed: Mapping[At, int]
    hidden: Mapping[At, int]

    def records(self) -> Iterator[tuple[Where, Message]]:
        """Every record of every inbox, with where it stands."""
        for (topic, partition), messages in self.inboxes.items():
            for message in messages:
                yield (topic, partition, message.offset), message
