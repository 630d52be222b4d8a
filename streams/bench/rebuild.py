"""How long a worker takes to be back with everything it knew."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kafka.admin import KafkaAdminClient

from streams.bench.inbox import fill
from streams.bench.load import Load
from streams.bench.page import page_total
from streams.bench.pipeline import PAGE_MB, BenchError, rounds
from streams.bench.rig import Rig, rig
from streams.runtime.servers import http_ok
from streams.runtime.snapshots import read_topic
from streams.runtime.topics import SNAPSHOTS

PATIENCE_SECONDS = 300.0
LOOK_SECONDS = 0.1
PAGE_SECONDS = 60.0
"""for the page of so many sources, which the worker is not asked for while it is measured"""
SPOKEN = 2
"""records of each source before the restart"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuild:
    """`seconds` from starting the process until it is ready, with all that was durable when the one
    before it ended."""

    sources: int
    seconds: float
    snapshot_mb: float
    rss_mb_before: float


def rebuild(load: Load) -> Rebuild:
    """Works off two records of each source, ends, and starts again. Raises BenchError, also when
    the worker is ready and does not count all of them."""
    with rig(load) as bench:
        stored = asyncio.run(
            fill(bench.settings.bootstrap_servers, rounds(load, SPOKEN * load.sources))
        )
        bench.worker.start()
        _until_durable(bench, stored)
        pages = int(Path(f"/proc/{bench.worker.pid}/statm").read_text().split()[1])
        bench.worker.stop()
        snapshot_bytes = asyncio.run(_snapshot_bytes(bench))
        began = time.monotonic()
        bench.worker.start()
        _until_ready(bench)
        seconds = time.monotonic() - began
        _require_counted(bench, stored)
        return Rebuild(
            sources=load.sources,
            seconds=round(seconds, 2),
            snapshot_mb=round(snapshot_bytes / 1e6, 1),
            rss_mb_before=round(pages * PAGE_MB, 1),
        )


def _until_durable(bench: Rig, stored: int) -> None:
    """Every record is part of the snapshots, by the offsets that are committed behind them."""
    group = bench.settings.worker_group
    admin = KafkaAdminClient(bootstrap_servers=bench.settings.bootstrap_servers)
    try:
        _await(lambda: _behind(admin, group, stored), f"not all of {stored} records became durable")
    finally:
        admin.close()


def _behind(admin: KafkaAdminClient, group: str, stored: int) -> str | None:
    committed = sum(
        at.offset for at in admin.list_group_offsets({group: None}).get(group, {}).values()
    )
    return None if committed >= stored else f"{committed} are"


def _until_ready(bench: Rig) -> None:
    """Every partition is restored, and gets on."""
    _await(http_ok(bench.settings.worker_port, "/health/ready"), "the worker is not ready")


def _await(reason_why_not: Callable[[], str | None], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (reason := reason_why_not()) is not None:
        if time.monotonic() > deadline:
            raise BenchError(f"{what} within {PATIENCE_SECONDS:.0f} s: {reason}")
        time.sleep(LOOK_SECONDS)


def _require_counted(bench: Rig, stored: int) -> None:
    """The counts are part of the state."""
    port = bench.settings.worker_port
    counted = page_total(port, "hubwatch_records_total", patience_seconds=PAGE_SECONDS)
    if counted != stored:
        raise BenchError(f"the worker is ready with {counted:.0f} of {stored} records")


async def _snapshot_bytes(bench: Rig) -> int:
    newest: dict[bytes, int] = {}
    for number in range(bench.settings.partitions):
        async for key, value in read_topic(bench.settings.bootstrap_servers, SNAPSHOTS, number):
            newest[key] = len(value)
    return sum(newest.values())
