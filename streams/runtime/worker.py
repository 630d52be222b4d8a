"""The worker process: batches of the inbox topics through gate, fusion and rules.

Order of things for each partition: step the batch; hand alerts, refusals and situations to the
outbox; now and then wait for every acknowledgement, write the snapshots of the cells that changed,
wait again, write the mark; only then may the input offsets be committed. A crash at any point
repeats work with the same ids, and loses nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from faust.types import TP

from schemas.codec import decode, explain
from schemas.errors import HubwatchError
from schemas.structs import structs
from streams.domains import catalogue
from streams.gate import Incoming
from streams.partition import Partition, StepOutput, snapshot
from streams.rules.book import RuleBook
from streams.runtime.app import batches, every, faust_app
from streams.runtime.clock import SiteClock
from streams.runtime.latency import LatencyHistogram
from streams.runtime.messages import (
    alert_message,
    quarantine_message,
    sign_of_life,
    situation_message,
)
from streams.runtime.outbox import Outbox, Outgoing
from streams.runtime.settings import Settings
from streams.runtime.snapshots import MARK_PREFIX, restore_partition
from streams.runtime.topics import SNAPSHOTS, partition_of
from streams.runtime.transport import BatchApp
from streams.site.model import Site

log = structlog.get_logger()


class AssignmentError(HubwatchError):
    """Partition n of the inbox topics is not with one worker."""

    code = "HW-1402"
    hint = "all inbox topics need the same number of partitions and all workers the same topics"


class Worker:
    """Owns the partitions assigned to this process, one writer each."""

    def __init__(self, settings: Settings, site: Site, rules: RuleBook, clock: SiteClock) -> None:
        self.settings = settings
        self.site = site
        self.rules = rules
        self.clock = clock
        self.partitions: dict[int, Partition] = {}
        self.durable_at: dict[int, float] = {}
        self.outbox = Outbox(settings.bootstrap_servers, client_id="hubwatch-worker")
        self.event_to_alert = LatencyHistogram()
        self.batch_records = 0
        self.step_seconds = 0.0
        self._departments = {d.inbox: d.key for d in site.departments.values()}
        self._gaps: set[tuple[TP, int]] = set()
        self._stepping = asyncio.Lock()
        self._saving = asyncio.Lock()
        self.app = self._build_app()

    def _build_app(self) -> BatchApp:
        app = faust_app(self.settings.worker_group, self.settings)
        inbox = batches(app, tuple(self._departments))

        @app.agent(inbox, name="inbox", concurrency=1)
        async def take_in(stream: Any) -> None:
            async for event in stream.events():
                await self.take_in(event.message)

        every(app, self.settings.tick_seconds, self.tick)
        every(app, self.settings.snapshot_seconds, self.save)
        app.restore = self.restore
        app.release = self.release
        return app

    # -- batches ---------------------------------------------------------------------------

    async def take_in(self, message: Any) -> None:
        """Steps one batch, unless it was fetched for an assignment that is over."""
        tp = TP(message.topic, message.partition)
        if message.generation_id != self.app.consumer_generation_id:
            return
        async with self._stepping:
            partition = self.partitions.get(tp.partition)
            if partition is None:
                return
            batch = await self._continuing(partition, tp, message.value)
            if not batch:
                return
            started = time.thread_time()
            output = partition.step(tp.topic, self._departments[tp.topic], batch)
            self.step_seconds += time.thread_time() - started
            self.batch_records += len(batch)
            await self._tell(partition, output, tp.topic)

    async def _continuing(
        self, partition: Partition, tp: TP, batch: Sequence[Incoming]
    ) -> Sequence[Incoming]:
        """The part of a batch that follows on what the state contains."""
        position = partition.positions.get(tp.topic, 0)
        first = batch[0].offset
        if first < position:
            return [incoming for incoming in batch if incoming.offset >= position]
        if first > position and (tp, first) not in self._gaps:
            # fetched before a seek took effect, or deleted by retention: asking again tells
            self._gaps.add((tp, first))
            await self.app.consumer.seek(tp, position)
            return []
        if first > position:
            self._gaps.discard((tp, first))
            log.error(
                "records were deleted before they were read",
                topic=tp.topic,
                partition=tp.partition,
                first_lost=position,
                lost=first - position,
            )
        return batch

    async def _tell(self, partition: Partition, output: StepOutput, topic: str = "") -> None:
        now_ms = self.clock.now_ms()
        for alert in output.alerts:
            await self.outbox.send(alert_message(alert))
            waited_ms = max(0, now_ms - alert.detected_at_ms)
            self.event_to_alert.observe(self.clock.wall_seconds(waited_ms))
        for refusal in output.refused:
            await self.outbox.send(quarantine_message(refusal, topic, partition.number))
        for situation in output.situations:
            await self.outbox.send(situation_message(situation, partition.number))
        if output.told_ms is not None:
            life = sign_of_life(self.site.key, partition.number, output.told_ms)
            await self.outbox.send(life)

    # -- the clock -------------------------------------------------------------------------

    async def tick(self) -> None:
        """Lets time pass in every partition, as far as it has read."""
        for number in list(self.partitions):
            async with self._stepping:
                partition = self.partitions.get(number)
                if partition is not None:
                    await self._tell(partition, partition.tick(self.time_of(partition)))

    def time_of(self, partition: Partition) -> int:
        """Now, or the arrival of the newest record read of a topic that has more to read.

        0 while it is not known how much there is.
        """
        now_ms = self.clock.now_ms()
        for topic, waiting in self.lag(partition.number).items():
            if waiting:
                now_ms = min(now_ms, partition.arrived_ms.get(topic, 0))
        return now_ms

    def lag(self, number: int) -> Mapping[str, int]:
        """Records waiting in each inbox topic's partition `number`; −1 where not yet known."""
        positions = self.partitions[number].positions
        lags: dict[str, int] = {}
        for topic in self._departments:
            end = self.app.batch_consumer.end_offset(TP(topic, number))
            lags[topic] = -1 if end is None else max(0, end - positions.get(topic, 0))
        return lags

    def commit_age_seconds(self, number: int) -> float:
        """Since the oldest of the partition's commits, 0 before any is due."""
        committed = self.app.batch_consumer.committed_at
        ages = [committed[TP(t, number)] for t in self._departments if TP(t, number) in committed]
        return time.monotonic() - min(ages) if ages else 0.0

    # -- durability ------------------------------------------------------------------------

    async def save(self) -> None:
        """Makes everything up to now durable, and lets its offsets be committed."""
        async with self._saving:
            for number in list(self.partitions):
                await self._save_partition(number)

    async def _save_partition(self, number: int) -> None:
        async with self._stepping:
            partition = self.partitions.get(number)
            if partition is None:
                return
            dirty, partition.picture.dirty_cells = partition.picture.dirty_cells, set()
            taken = {cell: snapshot.take(partition, cell) for cell in sorted(dirty)}
            mark, positions = snapshot.mark(partition), dict(partition.positions)
        await self.outbox.settled()
        for cell, raw in taken.items():
            await self.outbox.send(Outgoing(SNAPSHOTS, cell.encode(), raw, partition=number))
        await self.outbox.settled()
        key = f"{MARK_PREFIX}{number}".encode()
        await self.outbox.send(Outgoing(SNAPSHOTS, key, mark, partition=number))
        await self.outbox.settled()
        self.durable_at[number] = time.monotonic()
        for topic, offset in positions.items():
            self.app.batch_consumer.durable[TP(topic, number)] = offset

    async def restore(self, assignment: set[TP]) -> Mapping[TP, int]:
        """Brings up the state of newly assigned partitions; says where to read on.

        Raises AssignmentError when an inbox topic's partition n came without the others.
        """
        numbers = {tp.partition for tp in assignment}
        for number in numbers:
            missing = [t for t in self._departments if TP(t, number) not in assignment]
            if missing:
                raise AssignmentError(f"partition {number} of {missing[0]} is with another worker")
        await self.outbox.start()
        for number in sorted(numbers - set(self.partitions)):
            self.partitions[number] = await self._load(number)
            self.durable_at[number] = time.monotonic()
        return {tp: self.partitions[tp.partition].positions.get(tp.topic, 0) for tp in assignment}

    async def _load(self, number: int) -> Partition:
        partition = Partition(
            number,
            [c for c in self.site.cells if partition_of(c, self.settings.partitions) == number],
            site=self.site,
            catalogue=catalogue(),
            rules=self.rules,
            decode=decode,
            explain=explain,
            record_types=structs(),
        )
        await restore_partition(self.settings.bootstrap_servers, partition)
        return partition

    async def release(self, revoked: set[TP]) -> None:
        """Saves and forgets partitions that go to another worker."""
        await self.save()
        for number in {tp.partition for tp in revoked}:
            async with self._stepping:
                self.partitions.pop(number, None)
                self.durable_at.pop(number, None)
