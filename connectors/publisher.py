"""Plays emissions into the inbox topics, each at its instant on a clock."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import murmur2
from aiokafka.structs import RecordMetadata

from schemas.emission import Emission
from schemas.record import LATEST_MS

SLICE_LIMIT = 2_000
"""emissions in flight at most; a slice may exceed it only to hold the rest of one instant"""
PACE_SECONDS = 0.02
"""wall time between slices that wait for the clock, so that few records still travel together"""
REQUEST_TIMEOUT_MS = 120_000


Stored = Callable[[Emission, RecordMetadata], None]
"""Called when the broker has acknowledged a record, with where it stands."""


class Clock(Protocol):
    """What playing needs of a clock."""

    def now_ms(self) -> int:
        """Site time, Unix ms."""

    def wall_seconds_until(self, at_ms: int) -> float:
        """How long to sleep until that site time; 0 or less when it has passed."""


class Unpaced:
    """A clock for which everything is due: plays as fast as the broker takes it."""

    def now_ms(self) -> int:
        return LATEST_MS

    def wall_seconds_until(self, at_ms: int) -> float:  # noqa: ARG002  a Clock's signature
        return 0.0


@dataclass(slots=True)
class PlayCount:
    """What the broker has acknowledged.

    Every emission with `at_ms <= position_ms` is acknowledged and none after it is counted, so
    `position_ms + 1` is where another run goes on. None before the first slice.
    """

    by_feed: Counter[str] = field(default_factory=Counter)
    position_ms: int | None = None

    @property
    def records(self) -> int:
        return self.by_feed.total()


async def play(
    emissions: Iterable[Emission],
    bootstrap: str,
    clock: Clock,
    *,
    partitions: int,
    acknowledged: Callable[[PlayCount], None] | None = None,
    stored: Stored | None = None,
) -> PlayCount:
    """Publishes to `inbox.<department>`, key = cell, timestamp = `at_ms`, until the end.

    `emissions` must be ordered by `at_ms`. At least once and in order a cell: a slice begins after
    the broker has stored the one before on all replicas. `partitions` is that of every inbox topic.
    `acknowledged` is called after each slice with the running count; a caller that cancels has in
    its last call the exact position. `stored` is told of each record. Raises aiokafka's KafkaError
    when a record cannot be stored.
    """
    count = PlayCount()
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=True,
        max_batch_size=262_144,
        linger_ms=2,
        request_timeout_ms=REQUEST_TIMEOUT_MS,
    )
    await producer.start()
    try:
        async for due in _slices(emissions, clock):
            answers = await _store(producer, due, partitions)
            count.by_feed.update(emission.record.feed for emission in due)
            count.position_ms = due[-1].at_ms
            if stored:
                for emission, answer in zip(due, answers, strict=True):
                    stored(emission, answer)
            if acknowledged:
                acknowledged(count)
    finally:
        await producer.stop()
    return count


async def _slices(emissions: Iterable[Emission], clock: Clock) -> AsyncIterator[list[Emission]]:
    """Emissions that are due, together; never parts an instant."""
    pending: list[Emission] = []
    now_ms = clock.now_ms()
    for emission in emissions:
        at_ms = emission.at_ms
        full = at_ms > now_ms or len(pending) >= SLICE_LIMIT
        if full and pending and at_ms > pending[-1].at_ms:
            yield pending
            pending = []
            now_ms = clock.now_ms()
        while at_ms > now_ms:
            await asyncio.sleep(max(clock.wall_seconds_until(at_ms), PACE_SECONDS))
            now_ms = clock.now_ms()
        pending.append(emission)
    if pending:
        yield pending


async def _store(
    producer: AIOKafkaProducer, due: list[Emission], partitions: int
) -> list[RecordMetadata]:
    sent = [
        await producer.send(
            f"inbox.{emission.department}",
            emission.encoded(),
            key=emission.cell_key.encode(),
            partition=_partition(emission.cell_key, partitions),
            timestamp_ms=emission.at_ms,
        )
        for emission in due
    ]
    return await asyncio.gather(*sent)


@lru_cache(maxsize=4096)
def _partition(cell_key: str, partitions: int) -> int:
    """Where Kafka's own clients put this key (murmur2); computed once a cell."""
    return int((murmur2(cell_key.encode()) & 0x7FFF_FFFF) % partitions)
