"""Reads the snapshots of a partition back from their compacted topic."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.partition.partition import Partition
from streams.partition.recovery import recover
from streams.partition.snapshot import SnapshotError, read_mark
from streams.runtime.topics import SNAPSHOTS

log = structlog.get_logger()

MARK_PREFIX = "partition/"
QUIET_SECONDS = 10.0


async def read_topic(
    bootstrap_servers: str, topic: str, partition: int
) -> AsyncIterator[tuple[bytes, bytes]]:
    """Every (key, value) of a partition from its start to its present end, in order."""
    at = TopicPartition(topic, partition)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        consumer.assign([at])
        await consumer.seek_to_beginning(at)
        end = (await consumer.end_offsets([at]))[at]
        while await consumer.position(at) < end:
            found = await asyncio.wait_for(
                consumer.getmany(at, timeout_ms=1000, max_records=5000), QUIET_SECONDS
            )
            for records in found.values():
                for record in records:
                    if record.key is not None and record.value is not None:
                        yield record.key, record.value
    finally:
        await consumer.stop()


async def restore_partition(bootstrap_servers: str, partition: Partition) -> int:
    """Fills a fresh partition from its snapshots; returns how many cells were restored.

    An unreadable snapshot is set aside with an error in the log: then nothing is restored, and the
    whole partition is rebuilt from the inbox topics.
    """
    newest = read_topic(bootstrap_servers, SNAPSHOTS, partition.number)
    cells = {key: value async for key, value in newest}
    mark_raw = cells.pop(f"{MARK_PREFIX}{partition.number}".encode(), None)
    if mark_raw is None:
        return 0
    try:
        mark = read_mark(mark_raw)
        late = recover(partition, mark, {key.decode(): raw for key, raw in cells.items()})
    except SnapshotError as error:
        log.warning("snapshot set aside, rebuilding from the inbox topics", error=str(error))
        return 0
    if late:
        log.warning(
            "snapshots older than their mark, reading on from where they stand",
            partition=partition.number,
            cells=late,
        )
    return len(cells)
