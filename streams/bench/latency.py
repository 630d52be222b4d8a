"""How soon a worker tells: from handing a record to the broker to reading the alert it caused."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import quantiles

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from schemas.alert import Alert
from streams.bench.load import Load
from streams.bench.page import page_total
from streams.bench.pipeline import BenchError
from streams.bench.play import Play
from streams.bench.rig import Rig, rig
from streams.bench.stream import DELAY_MS, Message
from streams.runtime.topics import ALERTS

WARM_UP_SECONDS = 5.0
DRAIN_SECONDS = 300.0
LOOK_SECONDS = 0.5
UNTOLD_MS = 1_500
CROSSINGS = frozenset({"raised", "cleared"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Of the alerts of one stretch of time, at the rate that was really published."""

    rate_per_s: int
    alerts: int
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """`burst` follows the steady stream; `drained_seconds` is how long after its end the worker had
    caught up again, while the steady stream went on."""

    steady: Waits
    burst: Waits | None = None
    drained_seconds: float | None = None


def latency(
    load: Load, seconds: float, *, burst_factor: float = 10.0, burst_seconds: float = 0.0
) -> Latency:
    """Publishes the load at its own pace, then in a burst. Raises BenchError."""
    with rig(load) as bench:
        bench.worker.start()
        return asyncio.run(_measured(bench, load, seconds, burst_factor, burst_seconds))


async def _measured(
    bench: Rig, load: Load, seconds: float, factor: float, burst_seconds: float
) -> Latency:
    servers = bench.settings.bootstrap_servers
    consumer = AIOKafkaConsumer(ALERTS, bootstrap_servers=servers, fetch_max_wait_ms=5)
    producer = AIOKafkaProducer(bootstrap_servers=servers, acks=1)
    await consumer.start()
    await producer.start()
    play = Play(load, producer)
    hearing = Hearing(play)
    listening = asyncio.create_task(_listen(consumer, hearing))
    try:
        await play.publish(WARM_UP_SECONDS)
        steady = await hearing.measured(seconds)
        if not burst_seconds:
            return Latency(steady=steady)
        drained_after = asyncio.create_task(_drained(bench, load, burst_seconds))
        burst = await hearing.measured(burst_seconds, factor=factor, until=drained_after.done)
        drained = await drained_after
        return Latency(steady=steady, burst=burst, drained_seconds=round(drained, 1))
    finally:
        listening.cancel()
        await producer.stop()
        await consumer.stop()


async def _drained(bench: Rig, load: Load, burst_seconds: float) -> float:
    """How many seconds after the end of the burst less than a second of records is waiting."""
    await asyncio.sleep(burst_seconds)
    began = time.monotonic()
    port = bench.settings.worker_port
    while (passed := time.monotonic() - began) < DRAIN_SECONDS:
        behind = await asyncio.to_thread(page_total, port, "hubwatch_lag_records")
        if behind < load.sources / load.cadence_seconds:
            return passed
        await asyncio.sleep(LOOK_SECONDS)
    raise BenchError(f"the burst was not worked off within {DRAIN_SECONDS:.0f} s")


@dataclass(slots=True)
class Hearing:
    """Which alert came of which record."""

    play: Play
    sent: dict[str, deque[tuple[int, float]]] = field(default_factory=dict)
    """by place, (observed_ms, handed over) of the records that cross its threshold"""
    waits: list[float] = field(default_factory=list)

    async def measured(
        self, seconds: float, *, factor: float = 1.0, until: Callable[[], bool] = lambda: True
    ) -> Waits:
        """What the alerts of the next seconds waited, those included that come until `until` holds,
        while the steady stream goes on."""
        self.sent.clear()
        self.waits.clear()
        before, began = self.play.records, time.monotonic()
        await self.play.publish(seconds, factor=factor, note=self.note)
        records, passed = self.play.records - before, time.monotonic() - began
        while not until():
            await self.play.publish(1.0)
        if len(self.waits) < 2:
            raise BenchError(f"{len(self.waits)} alerts came of {seconds} s of records")
        cuts = quantiles(self.waits, n=100, method="inclusive")
        return Waits(
            rate_per_s=round(records / passed),
            alerts=len(self.waits),
            p50_ms=round(cuts[49] * 1000, 1),
            p99_ms=round(cuts[98] * 1000, 1),
        )

    def note(self, message: Message) -> None:
        if message.crossing:
            crossings = self.sent.setdefault(message.crossing, deque())
            crossings.append((message.timestamp - DELAY_MS, time.monotonic()))

    def hear(self, place: str, observed_ms: int) -> None:
        """An alert came, which the oldest crossing of the place led to. One of long before led to
        none: the place crossed back within the same step."""
        crossings = self.sent.get(place) or deque()
        while crossings and crossings[0][0] < observed_ms - UNTOLD_MS:
            crossings.popleft()
        if crossings:
            self.waits.append(time.monotonic() - crossings.popleft()[1])


async def _listen(consumer: AIOKafkaConsumer, hearing: Hearing) -> None:
    alert_of = msgspec.json.Decoder(Alert).decode
    async for record in consumer:
        alert = alert_of(record.value)
        if alert.state in CROSSINGS:
            hearing.hear(alert.place, alert.observed_at_ms or 0)
