"""The worker process: batches of the inbox topics through gate, fusion and rules.

Order of things for each partition: step the batch; hand alerts, refusals and situations to the
outbox; now and then wait for every acknowledgement, write the snapshots of the cells that changed,
wait again, write the mark; only then may the input offsets be committed. A crash at any point
repeats work with the same ids, and loses nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import structlog
from faust.types import TP

from schemas.codec import decode, explain
from schemas.errors import HubwatchError
from schemas.structs import structs
from streams.domains import catalogue
from streams.gate import NEVER_MS, Incoming
from streams.partition import Inflow, Partition, StepOutput, snapshot
from streams.rules.book import RuleBook
from streams.runtime.app import batches, every, faust_app, settle_memory
from streams.runtime.clock import SiteClock
from streams.runtime.failpoints import reached
from streams.runtime.gaps import Gaps
from streams.runtime.latency import LatencyHistogram
from streams.runtime.messages import (
    alert_message,
    quarantine_message,
    sign_of_life,
    situation_message,
)
from streams.runtime.outbox import Outbox, Outgoing
from streams.runtime.published import Watermark
from streams.runtime.settings import Settings
from streams.runtime.snapshots import MARK_PREFIX, restore_partition
from streams.runtime.topics import SNAPSHOTS, partition_of
from streams.runtime.transport import BatchApp
from streams.site.model import Site

log = structlog.get_logger()

STUCK_MS = 120_000
"""behind the site's clock, without moving"""
FETCH_SECONDS = 0.2
"""wall time that a record may take from the broker's stamp into the log"""


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
        self._inflows: dict[int, Inflow] = {}
        self._told_ms: dict[int, int] = {}
        self._watermark = Watermark(settings.published_file, clock)
        self._departments = {d.inbox: d.key for d in site.departments.values()}
        self._gaps = Gaps(self._seek)
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
        app.async_exit_stack.push_async_callback(self.outbox.stop)
        return app

    # -- batches ---------------------------------------------------------------------------

    async def take_in(self, message: Any) -> None:
        """Takes one batch, unless it was fetched for an assignment that is over."""
        tp = TP(message.topic, message.partition)
        if message.generation_id != self.app.consumer_generation_id:
            return
        async with self._stepping:
            inflow = self._inflows.get(tp.partition)
            if inflow is None:
                return
            batch = await self._continuing(inflow, tp, message.value)
            if batch:
                with self._whole(tp.partition):
                    inflow.offer(tp.topic, batch)
                    self.batch_records += len(batch)
                    await self._advance(inflow)
                    reached("batch-told")

    async def _continuing(
        self, inflow: Inflow, tp: TP, batch: Sequence[Incoming]
    ) -> Sequence[Incoming]:
        """The part of a batch that follows on what has been taken."""
        expected = inflow.offered[tp.topic]
        following = await self._gaps.continuing(tp, batch, expected)
        if following and following[0].offset > expected:
            log.error(
                "records were deleted before they were read",
                topic=tp.topic,
                partition=tp.partition,
                first_lost=expected,
                lost=following[0].offset - expected,
            )
        return following

    async def _seek(self, tp: TP, offset: int) -> None:
        await self.app.consumer.seek(tp, offset)

    @contextmanager
    def _whole(self, number: int) -> Iterator[None]:
        """What was stepped, told or saved in part only must not become durable: it is forgotten."""
        try:
            yield
        except BaseException:
            self._forget(number)
            raise

    async def _advance(self, inflow: Inflow, *, looking: bool = False) -> None:
        """Steps what may be stepped; time passes as records bring it, or as far as it is known.

        In a simulated world records wait for those that were stamped before them.
        """
        number = inflow.partition.number
        known_ms = self._known_ms(number) if looking or self.clock.simulated else 0
        until_ms = known_ms if self.clock.simulated else NEVER_MS
        unread = self._unread(number, inflow.offered)
        started = time.thread_time()
        for topic, output in inflow.advance(unread, known_ms, until_ms=until_ms):
            self.step_seconds += time.thread_time() - started
            await self._tell(inflow.partition, output, topic)
            started = time.thread_time()

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
        if output.told_ms is not None and self._moves(partition.number, output.told_ms, now_ms):
            life = sign_of_life(self.site.key, partition.number, output.told_ms)
            await self.outbox.send(life)

    def _moves(self, number: int, told_ms: int, now_ms: int) -> bool:
        """Whether time passes in a partition, unless it stands still for the whole site: one that
        is stuck must fall silent, and not be taken for alive."""
        moved = told_ms > self._told_ms.get(number, 0)
        self._told_ms[number] = told_ms
        return moved or now_ms - told_ms < STUCK_MS

    # -- the clock -------------------------------------------------------------------------

    async def tick(self) -> None:
        """Lets time pass in every partition, and tells what has changed since the last call."""
        for number, inflow in list(self._inflows.items()):
            async with self._stepping:
                if inflow is self._inflows.get(number):
                    with self._whole(number):
                        await self._advance(inflow, looking=True)
                        await self._tell(inflow.partition, inflow.partition.tell())

    def _known_ms(self, number: int) -> int:
        """Site time up to which every inbox topic has been read: who was not asked about, or is
        late as all are, must not be taken for silent."""
        consumer = self.app.batch_consumer
        asked_ms = min(consumer.asked_ms(TP(topic, number)) for topic in self._departments)
        if self.clock.simulated:
            return self._watermark.known_ms(asked_ms)
        return asked_ms - int(FETCH_SECONDS * 1000)

    def _unread(self, number: int, offered: Mapping[str, int]) -> dict[str, int]:
        """Records of each inbox topic that were not offered yet, −1 while unknown."""
        unread: dict[str, int] = {}
        for topic in self._departments:
            count = self.app.batch_consumer.unread(TP(topic, number), offered[topic])
            unread[topic] = -1 if count is None else count
        return unread

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
        with self._whole(number):
            await self.outbox.settled()
            reached("alerts-acknowledged")
            left_out = self.outbox.unsendable
            for cell, raw in taken.items():
                await self.outbox.send(Outgoing(SNAPSHOTS, cell.encode(), raw, partition=number))
            await self.outbox.settled()
            reached("snapshots-written")
            if self.outbox.unsendable > left_out:  # the older mark still belongs to the older cell
                partition.picture.dirty_cells |= dirty
                return
            key = f"{MARK_PREFIX}{number}".encode()
            await self.outbox.send(Outgoing(SNAPSHOTS, key, mark, partition=number))
            await self.outbox.settled()
            reached("mark-written")
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
        settle_memory()
        async with self._stepping:  # a batch half told moves the positions on
            self._gaps.clear()
            for number in numbers:  # what was fetched and not yet stepped is fetched again
                self._inflows[number] = Inflow(self.partitions[number], self._departments)
            return {
                tp: self.partitions[tp.partition].positions.get(tp.topic, 0) for tp in assignment
            }

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
        """Saves and forgets partitions that go to another worker; writes nothing of them later."""
        async with self._saving:
            for number in sorted({tp.partition for tp in revoked}):
                await self._save_partition(number)
                async with self._stepping:
                    self._forget(number)

    def _forget(self, number: int) -> None:
        self._inflows.pop(number, None)
        self.partitions.pop(number, None)
        self.durable_at.pop(number, None)
