"""A Faust transport that hands over one batch of a partition as one message.

Faust pays two tasks, a queue and an acknowledgement per message; here it pays them per batch, and
the worker steps through the records in one go. Registered at Faust's plug-in point for transports;
`broker="batch://host:port"` selects it.

Offsets are ours, not Faust's: reading starts at the positions the worker's state was restored to,
and what is committed is what the last durable snapshot contains (`Consumer.durable`), for lag
displays and for nothing else.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, MutableMapping
from typing import Any, cast

import aiokafka
import faust
import structlog
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import ConsumerStoppedError
from faust.exceptions import ConsumerNotStarted
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from faust.types.tuples import ConsumerMessage

from schemas.errors import HubwatchError
from streams.runtime.asking import AskingConsumer
from streams.runtime.fetch import Records, fetched

log = structlog.get_logger()

FETCH_WAIT_MS = 500
RELEASE_SECONDS = 5.0
"""for making durable what was taken, when the process is told to stop"""

Restore = Callable[[set[TP]], Awaitable[Mapping[TP, int]]]
"""Brings the state of the assigned partitions up; returns where to read on in each."""
Release = Callable[[set[TP]], Awaitable[None]]
"""Makes the state of partitions that are given up durable and lets go of it."""


class BatchApp(faust.App):
    """An app whose state says where to read on. `restore` and `release` are set before it runs."""

    restore: Restore
    release: Release
    ending: Callable[[], object] = staticmethod(lambda: None)
    """called when it begins to stop, for whatever reason"""
    wall_ms: Callable[[], int] = staticmethod(lambda: time.time_ns() // 1_000_000)
    """now, Unix ms; may be asked from any thread"""

    async def stop(self) -> None:
        self.ending()
        await super().stop()

    async def on_stop(self) -> None:
        """No batch comes any more: what was taken becomes durable, unless the process has failed.
        What does not within RELEASE_SECONDS is read again by the next."""
        await super().on_stop()
        if self.crash_reason is not None:
            return
        try:
            async with asyncio.timeout(RELEASE_SECONDS):
                await self.release(self._assigned())
        except TimeoutError:
            log.warning("told to stop, not all was durable in time", seconds=RELEASE_SECONDS)
        except HubwatchError as error:
            log.warning("told to stop, not all was made durable", error=str(error))

    def _assigned(self) -> set[TP]:
        try:
            return set(self.consumer.assignment())
        except ConsumerNotStarted:
            return set()

    def _crash(self, reason: BaseException) -> None:
        self.ending()
        super()._crash(reason)

    @property
    def batch_consumer(self) -> Consumer:
        return cast("Consumer", self.consumer)

    async def _on_agent_error(self, agent: Any, exc: BaseException) -> None:
        """Ends the process, which goes on from its snapshot when it is started again.

        Faust would start the agent anew with the next batch, and this one would be lost.
        """
        await super()._on_agent_error(agent, exc)
        await self.crash(exc)


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """Fetches in its own thread; turns each partition's records into one batch there."""

    def _create_worker_consumer(self, transport: Any) -> aiokafka.AIOKafkaConsumer:
        conf = self.app.conf
        # range over topics of equal size keeps partition n of all of them with one worker
        self._assignor = RangePartitionAssignor
        return AskingConsumer(
            cast("BatchApp", self.app).wall_ms,
            self._note_asked,
            client_id=conf.broker_client_id,
            group_id=conf.id,
            bootstrap_servers=driver.server_list(transport.url, transport.default_port),
            partition_assignment_strategy=[RangePartitionAssignor],
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_records=conf.broker_max_poll_records,
            max_poll_interval_ms=int(conf.broker_max_poll_interval * 1000),
            max_partition_fetch_bytes=conf.consumer_max_fetch_size,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            request_timeout_ms=int(conf.broker_request_timeout * 1000),
            check_crcs=conf.broker_check_crcs,
            session_timeout_ms=int(conf.broker_session_timeout * 1000),
            rebalance_timeout_ms=int(conf.broker_rebalance_timeout * 1000),
            heartbeat_interval_ms=int(conf.broker_heartbeat_interval * 1000),
            metadata_max_age_ms=conf.consumer_metadata_max_age_ms,
        )

    def _note_asked(self, sent_ms: int, partitions: Iterable[TP]) -> None:
        if sent_ms > 0 and self.consumer.flow_active:  # as in `_note`
            cast("Consumer", self.consumer).asked.update(dict.fromkeys(partitions, sent_ms))

    async def _fetch_records(
        self,
        consumer: aiokafka.AIOKafkaConsumer,
        active_partitions: set[TP],
        timeout: float | None = None,  # noqa: ASYNC109  Faust's signature
        max_records: int | None = None,
    ) -> Any:
        if not self.consumer.flow_active:
            return {}
        fetcher = consumer._fetcher  # noqa: SLF001  as Faust does it
        if fetcher._closed:  # noqa: SLF001  as above
            raise ConsumerStoppedError
        with consumer._subscription.fetch_context():  # noqa: SLF001  as above
            found = await fetched(
                fetcher, active_partitions, wait_seconds=timeout or 0.0, most=max_records or 1
            )
        self._note(consumer, active_partitions, found)
        return {tp: [batch] for tp, batch in found.items()}

    def _note(
        self, consumer: aiokafka.AIOKafkaConsumer, partitions: set[TP], found: Mapping[TP, Records]
    ) -> None:
        """What has been handed on by now, and where the fetcher stands after it: further, where it
        met what is no record (a transaction's marker, a part that expired)."""
        subscription = consumer._subscription.subscription  # noqa: SLF001  as in `fetch`
        if subscription is None or subscription.assignment is None:
            return
        if not self.consumer.flow_active:  # a seek is to come: all that is known is of the past
            return
        consumer_ = cast("Consumer", self.consumer)
        reached = consumer_.reached
        for tp in partitions:
            state = subscription.assignment.state_value(tp)
            position = state._position if state else None  # noqa: SLF001  as above
            if position is None:
                reached.pop(tp, None)
                continue
            before = reached.get(tp)
            handed = found[tp][-1].offset + 1 if tp in found else before and before[0]
            reached[tp] = (handed, position)
            if state.timestamp:
                consumer_.answers[tp] = state.timestamp


class Consumer(driver.Consumer):
    """Positions come from the application's state; see the module's docstring."""

    app: BatchApp
    durable: MutableMapping[TP, int]
    reached: MutableMapping[TP, tuple[int | None, int]]
    """by the fetcher: the offset after the last record handed on, and after all it has met"""
    asked: MutableMapping[TP, int]
    """when the last fetch that was answered had been sent, noted as the answer comes; by
    `BatchApp.wall_ms`"""
    answers: MutableMapping[TP, int]
    """which answer was the last when something was handed on"""
    committed_at: MutableMapping[TP, float]
    """by `time.monotonic()`; a partition whose offset need not move counts as committed"""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.durable = {}
        self.reached = {}
        self.asked = {}
        self.answers = {}
        self.committed_at = {}

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    def _to_message(self, tp: TP, record: Any) -> ConsumerMessage:
        last = record[-1]
        return ConsumerMessage(
            tp.topic,
            tp.partition,
            last.offset,
            last.timestamp / 1000,
            last.timestamp_type,
            [],
            None,
            record,
            None,
            tp=tp,
            generation_id=self.app.consumer_generation_id,
        )

    async def perform_seek(self) -> None:
        """Called by Faust before the flow resumes, and when it stopped in the middle of a fetch."""
        assignment = set(self.assignment())
        self.reached.clear()
        self.asked.clear()
        self.answers.clear()
        for tp, offset in (await self.app.restore(assignment)).items():
            await self._seek(tp, offset)
            self._read_offset[tp] = None
            self._committed_offset[tp] = None

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        if revoked:
            self.stop_flow()
            await self.app.release(revoked)
            await self.commit()
            for tp in revoked:
                self.durable.pop(tp, None)
                self.committed_at.pop(tp, None)
        await super().on_partitions_revoked(revoked)

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterator[TP]:  # noqa: ARG002
        self._acked.clear()
        self._acked_index.clear()
        return iter(list(self.durable))

    def _new_offset(self, tp: TP) -> int | None:
        return self.durable.get(tp)

    async def force_commit(self, *args: Any, **kwargs: Any) -> bool:
        done: bool = await super().force_commit(*args, **kwargs)
        now = time.monotonic()
        for tp, offset in self.durable.items():
            if self._committed_offset[tp] == offset:
                self.committed_at[tp] = now
        return done

    def end_offset(self, tp: TP) -> int | None:
        """End of the partition as of the last fetch; None while it is not assigned or fetched."""
        fetched = self._fetched(tp)
        return fetched.highwater if fetched else None

    def unread(self, tp: TP, offered: int) -> int | None:
        """How many offsets lie between the record taken last, before `offered`, and the end of the
        partition as of the last fetch, less those that are known to hold no record; None as for
        `end_offset`."""
        reached, end = self.reached.get(tp), self.end_offset(tp)
        if end is None:
            return None
        if reached is not None and reached[0] in (None, offered):  # nothing waits in line
            offered = max(offered, reached[1])
        return max(0, end - offered)

    def asked_ms(self, tp: TP) -> int:
        """The broker was last asked after this instant how far the partition reaches, and has
        answered. By `BatchApp.wall_ms`; 0 while that is not known. What it answered may wait in
        line: ask this first and `unread` after it."""
        return self.asked.get(tp, 0)

    def answer(self, tp: TP) -> int:
        """Another number whenever the broker has answered a fetch of the partition, but only while
        what it answers is handed on; 0 before."""
        return self.answers.get(tp, 0)

    def _fetched(self, tp: TP) -> Any:
        """What the fetcher knows of a partition, None while it is not assigned. Its thread may
        change the assignment at any time: the public questions ask twice and may fail between."""
        consumer = self._thread._consumer  # noqa: SLF001  Faust offers no other way
        subscription = consumer and consumer._subscription.subscription  # noqa: SLF001  as above
        assignment = subscription and subscription.assignment
        return assignment.state_value(tp) if assignment else None

    def on_buffer_full(self, tp: TP) -> None:
        """A full buffer makes the fetcher wait by itself; to stop fetching the partition, as Faust
        does, costs a second of sleep whenever all are full."""

    def on_buffer_drop(self, tp: TP) -> None:
        """See `on_buffer_full`."""

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Batches skip offsets by nature; positions are kept by the state, not by gaps."""


class Transport(driver.Transport):
    """Faust's aiokafka transport with batches; see the module's docstring."""

    Consumer = Consumer
    driver_version = f"batch over {driver.Transport.driver_version}"
