"""Reads the evidence from the broker, from the first message on, in nobody's consumer group."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient

from streams.partition.mark import Mark
from streams.partition.snapshot import read_mark
from streams.runtime.settings import Settings
from streams.runtime.snapshots import MARK_PREFIX
from streams.runtime.topics import ALERTS, QUARANTINE, SNAPSHOTS
from streams.site.model import Site
from streams.verify.errors import IncompleteLogError, UnansweredError
from streams.verify.evidence import At, Evidence, Log, Message

POLL_MS = 500
AGAIN_SECONDS = 0.5
QUIET_SECONDS = 20.0


class Reading:
    """A connection to the broker that reads whole topics."""

    def __init__(self, bootstrap_servers: str, partitions: int) -> None:
        self._bootstrap_servers = bootstrap_servers.split(",")
        self._partitions = partitions

    def all_of(self, topics: Sequence[str], *, isolation: str = "read_uncommitted") -> Log:
        """Every message of the topics. Raises IncompleteLogError when the first ones are gone."""
        with self._consumer(isolation) as consumer:
            parts = self._parts(consumer, topics)
            for part, first in consumer.beginning_offsets(parts).items():
                if first > 0 and part.topic != SNAPSHOTS:
                    at = f"{part.topic}/{part.partition}"
                    raise IncompleteLogError(f"{at} begins at {first}: records were deleted")
            found: dict[At, list[Message]] = {(p.topic, p.partition): [] for p in parts}
            for part, message in _messages(consumer, parts):
                found[part.topic, part.partition].append(message)
            return found

    def ends(self, topics: Sequence[str]) -> dict[At, int]:
        """The offset after the last message of each partition."""
        with self._consumer() as consumer:
            ends = consumer.end_offsets(self._parts(consumer, topics))
            return {(part.topic, part.partition): end for part, end in ends.items()}

    def newest(self, topic: str) -> dict[int, dict[bytes, bytes]]:
        """What compaction leaves: the last message of each key, by partition."""
        found: dict[int, dict[bytes, bytes]] = {n: {} for n in range(self._partitions)}
        for (_, number), messages in self.all_of([topic]).items():
            for message in messages:
                if message.key is not None and message.value is not None:
                    found[number][message.key] = message.value
        return found

    def committed(self, group: str) -> dict[At, int]:
        """The offsets a consumer group has committed."""
        admin = KafkaAdminClient(bootstrap_servers=self._bootstrap_servers)
        try:
            found = admin.list_group_offsets({group: None}).get(group, {})
            return {(p.topic, p.partition): row.offset for p, row in found.items()}
        finally:
            admin.close()

    @contextmanager
    def _consumer(self, isolation: str = "read_uncommitted") -> Iterator[KafkaConsumer]:
        consumer = KafkaConsumer(
            bootstrap_servers=self._bootstrap_servers,
            client_id="hubwatch-verify",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            isolation_level=isolation,
            check_crcs=False,  # in pure Python it takes ten times as long as all the rest
        )
        try:
            yield consumer
        finally:
            consumer.close()

    def _parts(self, consumer: KafkaConsumer, topics: Sequence[str]) -> list[TopicPartition]:
        for topic in topics:
            there = consumer.partitions_for_topic(topic) or set()
            if there != set(range(self._partitions)):
                raise IncompleteLogError(
                    f"{topic} has {len(there)} partitions, not {self._partitions}"
                )
        return [TopicPartition(topic, n) for topic in topics for n in range(self._partitions)]


def _messages(
    consumer: KafkaConsumer, parts: Sequence[TopicPartition]
) -> Iterator[tuple[TopicPartition, Message]]:
    """From the start of the partitions to their present end.

    Raises UnansweredError when the broker says nothing for too long.
    """
    ends = consumer.end_offsets(parts)
    consumer.assign(parts)
    consumer.seek_to_beginning(*parts)
    heard = time.monotonic()
    while any(consumer.position(part) < ends[part] for part in parts):
        found = consumer.poll(timeout_ms=POLL_MS)
        if found:
            heard = time.monotonic()
        elif time.monotonic() - heard > QUIET_SECONDS:
            raise UnansweredError(f"the broker has said nothing for {QUIET_SECONDS:.0f} s")
        for part, records in found.items():
            for r in records:
                yield part, Message(r.offset, r.timestamp, r.key, r.value, tuple(r.headers))


def marks(snapshots: Mapping[int, Mapping[bytes, bytes]]) -> dict[int, Mark]:
    """The newest mark of each partition that has one. Raises SnapshotError."""
    keys = {number: f"{MARK_PREFIX}{number}".encode() for number in snapshots}
    return {n: read_mark(snapshots[n][key]) for n, key in keys.items() if key in snapshots[n]}


def gather(settings: Settings, site: Site, *, within_seconds: float) -> Evidence:
    """Reads everything, once the marks contain all records or that time has passed.

    Raises VerifyError, SnapshotError and KafkaError.
    """
    reading = Reading(settings.bootstrap_servers, settings.partitions)
    inboxes = [department.inbox for department in site.departments.values()]
    ends = reading.ends(inboxes)
    deadline = time.monotonic() + within_seconds
    while True:
        committed = reading.committed(settings.worker_group)
        snapshots = reading.newest(SNAPSHOTS)
        if _contain(snapshots, ends) or time.monotonic() > deadline:
            break
        time.sleep(AGAIN_SECONDS)
    told = [ALERTS, QUARANTINE]
    everything = reading.all_of([*inboxes, *told])
    visible = reading.all_of([*inboxes, *told], isolation="read_committed")
    return Evidence(
        partitions=settings.partitions,
        ends=ends,
        inboxes={at: everything[at] for at in ends},
        alerts={at: found for at, found in everything.items() if at[0] == ALERTS},
        quarantine={at: found for at, found in everything.items() if at[0] == QUARANTINE},
        snapshots=snapshots,
        committed={at: offset for at, offset in committed.items() if at in ends},
        hidden={at: _hidden(messages, visible[at]) for at, messages in everything.items()},
    )


def _contain(snapshots: Mapping[int, Mapping[bytes, bytes]], ends: Mapping[At, int]) -> bool:
    """Whether the newest mark of each partition contains all records before its ends."""
    found = marks(snapshots)
    return all(
        number in found and found[number].positions.get(topic, 0) >= end
        for (topic, number), end in ends.items()
        if end
    )


def _hidden(everything: Sequence[Message], visible: Sequence[Message]) -> int:
    """How many messages are in one of the views alone; what came in between does not count."""
    last = everything[-1].offset if everything else -1
    seen = {message.offset for message in visible if message.offset <= last}
    return len(seen ^ {message.offset for message in everything})
