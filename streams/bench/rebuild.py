"""How long a worker takes to be back with everything it knew."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from streams.bench.inbox import fill
from streams.bench.load import Load
from streams.bench.page import page_total
from streams.bench.pipeline import BenchError, rounds
from streams.bench.rig import Rig, rig
from streams.runtime.servers import http_ok
from streams.runtime.snapshots import read_topic
from streams.runtime.topics import SNAPSHOTS

PATIENCE_SECONDS = 300.0
READY_LOOK_SECONDS = 0.1
LOOK_SECONDS = 1.0
"""the page of so many places costs the worker most of a second"""
SPOKEN = 2
"""records of each source before the restart"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuild:
    """`seconds` from starting the process until it is ready and counts all records of before its
    end; the counts are part of the state."""

    sources: int
    seconds: float
    snapshot_mb: float
    rss_mb_before: float


def rebuild(load: Load) -> Rebuild:
    """Works off two records of each source, ends, and starts again. Raises BenchError."""
    with rig(load) as bench:
        records = SPOKEN * load.sources
        stored = asyncio.run(fill(bench.settings.bootstrap_servers, rounds(load, records)))
        bench.worker.start()
        _until_counted(bench, stored)
        rss = page_total(bench.settings.worker_port, "process_resident_memory_bytes")
        bench.worker.stop()
        snapshot_bytes = asyncio.run(_snapshot_bytes(bench))
        began = time.monotonic()
        bench.worker.start()
        _until_ready(bench)
        seconds = time.monotonic() - began
        if page_total(bench.settings.worker_port, "hubwatch_records_total") < stored:
            _until_counted(bench, stored)
            seconds = time.monotonic() - began
        return Rebuild(
            sources=load.sources,
            seconds=round(seconds, 2),
            snapshot_mb=round(snapshot_bytes / 1e6, 1),
            rss_mb_before=round(rss / 1e6, 1),
        )


def _until_ready(bench: Rig) -> None:
    """Every partition is restored, and follows its inbox topics."""
    ready = http_ok(bench.settings.worker_port, "/health/ready")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (reason := ready()) is not None:
        if time.monotonic() > deadline:
            raise BenchError(f"not ready within {PATIENCE_SECONDS:.0f} s: {reason}")
        time.sleep(READY_LOOK_SECONDS)


def _until_counted(bench: Rig, stored: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while page_total(bench.settings.worker_port, "hubwatch_records_total") < stored:
        if time.monotonic() > deadline:
            raise BenchError(f"{stored} records were not there within {PATIENCE_SECONDS:.0f} s")
        time.sleep(LOOK_SECONDS)


async def _snapshot_bytes(bench: Rig) -> int:
    newest: dict[bytes, int] = {}
    for number in range(bench.settings.partitions):
        async for key, value in read_topic(bench.settings.bootstrap_servers, SNAPSHOTS, number):
            newest[key] = len(value)
    return sum(newest.values())
