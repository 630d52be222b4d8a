"""The whole worker on a real broker: how much it takes in, and how soon it tells."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from statistics import quantiles
from urllib.error import URLError
from urllib.request import urlopen

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from prometheus_client.parser import text_string_to_metric_families

from schemas.alert import Alert
from schemas.errors import HubwatchError
from streams.bench.inbox import fill
from streams.bench.load import Load
from streams.bench.rig import Rig, rig
from streams.bench.stream import Message, Stream
from streams.runtime.servers.ports import LOOPBACK
from streams.runtime.topics import ALERTS

LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 120.0
TICKS = os.sysconf("SC_CLK_TCK")
PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 2**20
SLICES_A_SECOND = 100


class BenchError(HubwatchError):
    """A measurement that did not come to its end."""

    code = "HW-1801"
    hint = "measure on a quiet machine, or with fewer records"


@dataclass(frozen=True, slots=True, kw_only=True)
class Throughput:
    """Between the first and the last look at a worker that works off a backlog."""

    records: int
    events_per_s: int
    cpu_us_per_event: float
    rss_mb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """From handing a record to the producer to reading the alert it caused from the topic."""

    rate_per_s: int
    alerts: int
    p50_ms: float
    p99_ms: float


def throughput(load: Load, records: int) -> Throughput:
    """Fills the inbox topics, then starts a worker and watches it. Raises BenchError."""
    with rig(load) as bench:
        stored = asyncio.run(fill(bench.settings.bootstrap_servers, _rounds(load, records)))
        bench.worker.start()
        pid = bench.worker.pid or 0
        looks = list(_looks(bench, pid, stored))
        first, last = looks[0], looks[-1]
        done = last.records - first.records
        if done <= 0:
            raise BenchError(f"{stored} records were worked off between two looks")
        return Throughput(
            records=stored,
            events_per_s=round(done / (last.at - first.at)),
            cpu_us_per_event=round((last.cpu_seconds - first.cpu_seconds) / done * 1e6, 2),
            rss_mb=round(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_MB, 1),
        )


def latency(load: Load, seconds: float) -> Latency:
    """Publishes the load at its own pace, and waits for the alerts of the crossings in it."""
    with rig(load) as bench:
        bench.worker.start()
        waits = asyncio.run(_waits(bench, load, seconds))
    if len(waits) < 2:
        raise BenchError(f"{len(waits)} alerts came of {seconds} s of records")
    cuts = quantiles(waits, n=100, method="inclusive")
    return Latency(
        rate_per_s=round(load.sources / load.cadence_seconds),
        alerts=len(waits),
        p50_ms=round(cuts[49] * 1000, 1),
        p99_ms=round(cuts[98] * 1000, 1),
    )


def _rounds(load: Load, records: int) -> Iterator[Message]:
    stream = Stream(load)
    for number in range(-(-records // load.sources)):
        yield from stream.round(number)


@dataclass(frozen=True, slots=True)
class _Look:
    at: float
    records: int
    cpu_seconds: float


def _looks(bench: Rig, pid: int, stored: int) -> Iterator[_Look]:
    """From the first record worked off to the last."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        done = _worked_off(bench.settings.worker_port)
        if done:
            yield _Look(time.monotonic(), done, _cpu_seconds(pid))
        if done >= stored:
            return
        time.sleep(LOOK_SECONDS)
    raise BenchError(f"{stored} records were not worked off within {PATIENCE_SECONDS:.0f} s")


def _worked_off(port: int) -> int:
    try:
        with urlopen(f"http://{LOOPBACK}:{port}/metrics", timeout=5) as answer:
            families = list(text_string_to_metric_families(answer.read().decode()))
    except (URLError, HTTPException, OSError):
        return 0
    samples = (sample for family in families for sample in family.samples)
    return int(sum(s.value for s in samples if s.name == "hubwatch_records_total"))


def _cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


async def _waits(bench: Rig, load: Load, seconds: float) -> list[float]:
    servers = bench.settings.bootstrap_servers
    sent: dict[str, float] = {}
    waits: list[float] = []
    consumer = AIOKafkaConsumer(ALERTS, bootstrap_servers=servers, fetch_max_wait_ms=5)
    producer = AIOKafkaProducer(bootstrap_servers=servers, acks=1)
    await consumer.start()
    await producer.start()
    listening = asyncio.create_task(_listen(consumer, sent, waits))
    try:
        await _publish(producer, load, seconds, sent)
        await asyncio.sleep(1)
    finally:
        listening.cancel()
        await producer.stop()
        await consumer.stop()
    return waits


async def _listen(consumer: AIOKafkaConsumer, sent: dict[str, float], waits: list[float]) -> None:
    alert_of = msgspec.json.Decoder(Alert).decode
    async for record in consumer:
        alert = alert_of(record.value)
        since = sent.pop(alert.place, None) if alert.state in CROSSINGS else None
        if since is not None:
            waits.append(time.monotonic() - since)


CROSSINGS = frozenset({"raised", "cleared"})


async def _publish(
    producer: AIOKafkaProducer, load: Load, seconds: float, sent: dict[str, float]
) -> None:
    """Round after round on the wall clock, in slices of some milliseconds."""
    stream = Stream(load)
    size = max(1, round(load.sources / load.cadence_seconds / SLICES_A_SECOND))
    warm_up_seconds = min(5.0, seconds / 2)
    began = time.monotonic()
    for number in range(round(seconds / load.cadence_seconds)):
        messages = list(stream.round(number, time.time_ns() // 1_000_000))
        for start in range(0, len(messages), size):
            due = began + (number + start / len(messages)) * load.cadence_seconds
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            for message in messages[start : start + size]:
                if message.crossing and time.monotonic() - began > warm_up_seconds:
                    sent[message.crossing] = time.monotonic()
                await producer.send(
                    message.topic,
                    message.value,
                    key=message.key,
                    partition=message.partition,
                    timestamp_ms=time.time_ns() // 1_000_000,
                )
