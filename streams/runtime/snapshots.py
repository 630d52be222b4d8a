"""Reads the snapshots of a partition back from their compacted topic."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from typing import NamedTuple

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.partition.partition import Partition
from streams.partition.recovery import recover
from streams.partition.rows import SnapshotError
from streams.partition.snapshot import read_mark
from streams.runtime.parts import joined
from streams.runtime.topics import SNAPSHOTS

log = structlog.get_logger()

MARK_PREFIX = "partition/"
OWNER_PREFIX = "owner/"
QUIET_SECONDS = 10.0


async def read_topic(
    bootstrap_servers: str, topic: str, partition: int
) -> AsyncIterator[tuple[bytes, bytes]]:
    """Every (key, value) of a partition from its start to its present end, in order; waits for a
    broker that goes away meanwhile, and says so."""
    at = TopicPartition(topic, partition)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        consumer.assign([at])
        await consumer.seek_to_beginning(at)
        end = (await consumer.end_offsets([at]))[at]
        heard = time.monotonic()
        while await consumer.position(at) < end:
            found = await consumer.getmany(at, timeout_ms=1000, max_records=5000)
            now = time.monotonic()
            if not found and now - heard > QUIET_SECONDS:
                log.warning("reading back, the broker is silent", topic=topic, partition=partition)
            if found or now - heard > QUIET_SECONDS:
                heard = now
            for records in found.values():
                for record in records:
                    if record.key is not None and record.value is not None:
                        yield record.key, record.value
    finally:
        await consumer.stop()


class Stored(NamedTuple):
    """What the topic holds of a partition: its mark, the snapshots of its cells, and the generation
    of those that are in parts."""

    mark: bytes | None
    cells: Mapping[str, bytes]
    generations: Mapping[str, int]


def sort_out(number: int, newest: Mapping[bytes, bytes]) -> Stored:
    """Sorts the newest value of each key."""
    found = {key.decode(): value for key, value in newest.items()}
    found.pop(f"{OWNER_PREFIX}{number}", None)
    mark = found.pop(f"{MARK_PREFIX}{number}", None)
    return Stored(mark, *joined(found))


async def restore_partition(bootstrap_servers: str, partition: Partition) -> Mapping[str, int]:
    """Fills a fresh partition from its snapshots; returns the generations of those in parts.

    An unreadable snapshot is set aside with a warning in the log: then nothing is restored, and the
    whole partition is rebuilt from the inbox topics.
    """
    newest = read_topic(bootstrap_servers, SNAPSHOTS, partition.number)
    mark, cells, generations = sort_out(
        partition.number, {key: value async for key, value in newest}
    )
    if mark is None:
        return generations
    try:
        late = recover(partition, read_mark(mark), cells)
    except SnapshotError as error:
        log.warning("snapshot set aside, rebuilding from the inbox topics", error=str(error))
        return generations
    if late:
        log.warning(
            "snapshots older than their mark, reading on from where they stand",
            partition=partition.number,
            cells=late,
        )
    return generations
