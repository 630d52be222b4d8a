"""The worker process: batches of the inbox topics through gate, fusion and rules.

Order of things for each partition: step the batch; hand alerts, refusals and situations to the
outbox; now and then wait for every acknowledgement, write the snapshots of the cells that changed,
wait again, write the mark; only then may the input offsets be committed. A crash at any point
repeats work with the same ids, and loses nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import structlog
from faust.types import TP

from schemas.codec import decode, explain
from schemas.errors import HubwatchError
from schemas.structs import structs
from streams.domains import catalogue
from streams.gate import NEVER_MS, Incoming
from streams.partition import Inflow, Partition, StepOutput
from streams.rules.book import RuleBook
from streams.runtime.app import batches, every, faust_app, settle_memory
from streams.runtime.brokertime import BrokerTime
from streams.runtime.clock import SiteClock
from streams.runtime.failpoints import reached
from streams.runtime.gaps import Gaps, Losses
from streams.runtime.latency import LatencyHistogram
from streams.runtime.messages import (
    alert_message,
    quarantine_message,
    sign_of_life,
    situation_message,
)
from streams.runtime.outbox import Outbox
from streams.runtime.published import Watermark
from streams.runtime.reach import Reach
from streams.runtime.settings import Settings
from streams.runtime.tenure import Tenure
from streams.runtime.topics import partition_of
from streams.runtime.transport import BatchApp
from streams.runtime.watchdog import Standing
from streams.site.model import Site

log = structlog.get_logger()

LOOK_SECONDS = 1.0
"""between looks for records that were lost"""
STUCK_MS = 120_000
"""behind the site's clock, without moving"""


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
        self.time = BrokerTime(clock)
        self.tenures: dict[int, Tenure] = {}
        self.event_to_alert = LatencyHistogram()
        self.batch_records = 0
        self.step_seconds = 0.0
        self._departments = {d.inbox: d.key for d in site.departments.values()}
        self._gaps = Gaps(self._seek)
        self._losses = Losses(self._earliest)
        self._stepping = asyncio.Lock()
        self._owning = asyncio.Lock()
        """held while partitions are taken over, saved or given up"""
        self.moving = False
        """partitions are being taken over or given back; may be asked from any thread"""
        self._closing: set[asyncio.Task[None]] = set()
        self.app = self._build_app()
        watermark = Watermark(settings.published_file, clock)
        self.reach = Reach(self.app, tuple(self._departments), clock, watermark)

    def _build_app(self) -> BatchApp:
        app = faust_app(self.settings.worker_group, self.settings)
        inbox = batches(app, tuple(self._departments))

        @app.agent(inbox, name="inbox", concurrency=1)
        async def take_in(stream: Any) -> None:
            async for event in stream.events():
                await self.take_in(event.message)

        every(app, self.settings.tick_seconds, self.tick)
        every(app, self.settings.snapshot_seconds, self.save)
        every(app, LOOK_SECONDS, self._losses.tell)
        app.restore = self.restore
        app.release = self.release
        app.wall_ms = self.time.wall_ms
        app.async_exit_stack.push_async_callback(self._close)
        return app

    # -- batches ---------------------------------------------------------------------------

    async def take_in(self, message: Any) -> None:
        """Takes one batch, unless it was fetched for an assignment that is over."""
        tp = TP(message.topic, message.partition)
        if message.generation_id != self.app.consumer_generation_id:
            return
        async with self._stepping:
            tenure = self.tenures.get(tp.partition)
            if tenure is None:
                return
            batch = await self._continuing(tenure.inflow, tp, message.value)
            if batch:
                with self._whole(tp.partition):
                    tenure.inflow.offer(tp.topic, batch)
                    self.batch_records += len(batch)
                    await self._advance(tenure)
                    reached("batch-told")

    async def _continuing(
        self, inflow: Inflow, tp: TP, batch: Sequence[Incoming]
    ) -> Sequence[Incoming]:
        """The part of a batch that follows on what has been taken."""
        expected = inflow.offered[tp.topic]
        following = await self._gaps.continuing(tp, batch, expected)
        if following and following[0].offset > expected:
            self._losses.suspect(tp, expected, following[0].offset)
        return following

    async def _earliest(self, *partitions: TP) -> Mapping[TP, int]:
        starts: Mapping[TP, int] = await self.app.consumer.earliest_offsets(*partitions)
        return starts

    async def _seek(self, tp: TP, offset: int) -> None:
        await self.app.consumer.seek(tp, offset)

    @contextmanager
    def _whole(self, number: int) -> Iterator[None]:
        """What was stepped, told or saved in part only must not become durable: it is forgotten."""
        try:
            yield
        except BaseException:
            tenure = self.tenures.pop(number, None)
            if tenure is not None:
                self._closed(tenure)
            raise

    async def _advance(self, tenure: Tenure, *, looking: bool = False) -> None:
        """Steps what may be stepped; time passes as records bring it, or as far as it is known.

        In a simulated world records wait for those that were stamped before them.
        """
        known_ms = self.reach.known_ms(tenure.number) if looking or self.clock.simulated else 0
        until_ms = known_ms if self.clock.simulated else NEVER_MS
        unread = self.reach.unread(tenure.number, tenure.inflow.offered)
        started = time.thread_time()
        for topic, output in tenure.inflow.advance(unread, known_ms, until_ms=until_ms):
            self.step_seconds += time.thread_time() - started
            await self._tell(tenure, output, topic)
            started = time.thread_time()

    async def _tell(self, tenure: Tenure, output: StepOutput, topic: str = "") -> None:
        now_ms = self.time.now_ms()
        number, send = tenure.number, tenure.outbox.send
        for alert in output.alerts:
            await send(alert_message(alert))
            waited_ms = max(0, now_ms - alert.detected_at_ms)
            self.event_to_alert.observe(self.clock.wall_seconds(waited_ms))
        for refusal in output.refused:
            await send(quarantine_message(refusal, topic, number))
        for situation in output.situations:
            await send(situation_message(situation, number))
        if output.told_ms is not None and _note_told(tenure, output.told_ms, now_ms):
            await send(sign_of_life(self.site.key, number, output.told_ms))

    # -- the clock -------------------------------------------------------------------------

    async def tick(self) -> None:
        """Lets time pass in every partition, and tells what has changed since the last call."""
        for number, tenure in list(self.tenures.items()):
            async with self._stepping:
                if tenure is self.tenures.get(number):
                    with self._whole(number):
                        await self._advance(tenure, looking=True)
                        await self._tell(tenure, tenure.partition.tell())

    def standings(self) -> dict[int, Standing]:
        """Where each partition stands; may be asked from any thread."""
        tenures = list(self.tenures.items())
        return {number: self.reach.standing(tenure.partition) for number, tenure in tenures}

    # -- durability ------------------------------------------------------------------------

    async def save(self) -> None:
        """Makes everything up to now durable, and lets its offsets be committed."""
        async with self._owning:
            for number in list(self.tenures):
                await self._save_partition(number)

    async def _save_partition(self, number: int) -> None:
        async with self._stepping:
            tenure = self.tenures.get(number)
            if tenure is None:
                return
            taken = tenure.take()
        with self._whole(number):
            durable = await tenure.save(taken)
        if durable:
            for topic, offset in taken.positions.items():
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
        async with self._moved():  # Faust may ask again before it has been answered
            numbers &= {tp.partition for tp in self.app.consumer.assignment()}
            for number in sorted(numbers - set(self.tenures)):
                self.tenures[number] = await self._take_over(number)
            settle_memory()
            async with self._stepping:  # a batch half told moves the positions on
                self._gaps.clear()
                return {
                    TP(topic, number): position
                    for number in numbers
                    for topic, position in self._begin_anew(self.tenures[number]).items()
                }

    @asynccontextmanager
    async def _moved(self) -> AsyncIterator[None]:
        async with self._owning:
            self.moving = True
            try:
                yield
            finally:
                self.moving = False

    def _begin_anew(self, tenure: Tenure) -> Mapping[str, int]:
        """What was fetched and not yet stepped is fetched again; returns where to read on."""
        tenure.inflow = Inflow(tenure.partition, self._departments)
        return tenure.inflow.offered

    async def _take_over(self, number: int) -> Tenure:
        settings = self.settings
        partition = Partition(
            number,
            [c for c in self.site.cells if partition_of(c, settings.partitions) == number],
            site=self.site,
            catalogue=catalogue(),
            rules=self.rules,
            decode=decode,
            explain=explain,
            record_types=structs(),
        )
        name = f"{settings.worker_group}/{number}"
        outbox = Outbox(settings.bootstrap_servers, client_id="hubwatch-worker", owner=name)
        tenure = Tenure(partition, Inflow(partition, self._departments), outbox, self.time.hear)
        await tenure.take_over(settings.bootstrap_servers)
        return tenure

    async def release(self, revoked: set[TP]) -> None:
        """Saves and forgets partitions that are given up; writes nothing of them later."""
        async with self._moved():
            for number in sorted({tp.partition for tp in revoked}):
                await self._save_partition(number)
                async with self._stepping:
                    tenure = self.tenures.pop(number, None)
                if tenure is not None:
                    await asyncio.shield(self._closed(tenure))  # Faust may not wait for it

    def _closed(self, tenure: Tenure) -> asyncio.Task[None]:
        closing = asyncio.create_task(tenure.outbox.stop())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)
        return closing

    async def _close(self) -> None:
        for tenure in self.tenures.values():
            self._closed(tenure)
        await asyncio.gather(*self._closing)


def _note_told(tenure: Tenure, told_ms: int, now_ms: int) -> bool:
    """Notes up to when a partition has told; says whether time passes in it, unless it stands still
    for the whole site: one that is stuck must fall silent, and not be taken for alive."""
    moved = told_ms > tenure.told_ms
    tenure.told_ms = told_ms
    return moved or now_ms - told_ms < STUCK_MS
