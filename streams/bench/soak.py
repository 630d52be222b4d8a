"""Whether a worker stays as it is: its memory and its open files over a long run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from aiokafka import AIOKafkaProducer

from streams.bench.load import Load
from streams.bench.page import page_total
from streams.bench.pipeline import PAGE_MB, BenchError
from streams.bench.play import Play
from streams.bench.rig import Rig, rig

LOOKS = 60
WARM_UP_SECONDS = 75.0
"""until the windows of a minute are full"""
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Look:
    """At a process: its resident memory and how many files it holds open."""

    mb: float
    handles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Soak:
    """`records` were stored by the broker, at `rate_per_s` after the start, and `processed` of them
    by the worker. Memory and handles are medians of the middle and of the last third."""

    seconds: float
    rate_per_s: int
    records: int
    processed: int
    middle: Look
    last: Look


def soak(load: Load, seconds: float) -> Soak:
    """Publishes the load at its own pace for so long, and waits until it is worked off. Raises
    BenchError when the worker ends by itself or does not catch up."""
    with rig(load) as bench:
        bench.worker.start()
        return asyncio.run(_soaked(bench, load, seconds))


async def _soaked(bench: Rig, load: Load, seconds: float) -> Soak:
    looks: list[Look] = []
    async with AIOKafkaProducer(
        bootstrap_servers=bench.settings.bootstrap_servers, acks="all", enable_idempotence=True
    ) as producer:
        play = Play(load, producer, awaited=True)
        await play.publish(WARM_UP_SECONDS)
        before, began = play.records, time.monotonic()
        await asyncio.gather(play.publish(seconds), _watch(bench, seconds / LOOKS, looks))
        passed = time.monotonic() - began
    return Soak(
        seconds=round(passed, 1),
        rate_per_s=round((play.records - before) / passed),
        records=play.records,
        processed=await _processed(bench, play.records),
        middle=_middle(looks[LOOKS // 3 : 2 * LOOKS // 3]),
        last=_middle(looks[2 * LOOKS // 3 :]),
    )


async def _watch(bench: Rig, every_seconds: float, looks: list[Look]) -> None:
    process = Path(f"/proc/{bench.worker.pid}")
    for _ in range(LOOKS):
        await asyncio.sleep(every_seconds)
        if reason := bench.worker.exit_reason():
            raise BenchError(f"the worker {reason}")
        pages = int((process / "statm").read_text().split()[1])
        looks.append(Look(round(pages * PAGE_MB, 1), len(list((process / "fd").iterdir()))))


def _middle(looks: Sequence[Look]) -> Look:
    return Look(
        round(median([look.mb for look in looks]), 1),
        round(median([look.handles for look in looks])),
    )


async def _processed(bench: Rig, records: int) -> int:
    """How many were processed once no fewer were counted than were stored."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    port = bench.settings.worker_port
    while (done := await asyncio.to_thread(page_total, port, "hubwatch_records_total")) < records:
        if time.monotonic() > deadline:
            raise BenchError(f"{done:.0f} of {records} records were worked off")
        await asyncio.sleep(1)
    refused = await asyncio.to_thread(page_total, port, "hubwatch_quarantined_total")
    return round(done - refused)
