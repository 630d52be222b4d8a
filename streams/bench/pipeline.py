"""The whole worker on a real broker: how much it takes in."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import HubwatchError
from streams import COMPILED
from streams.bench.inbox import fill
from streams.bench.load import Load
from streams.bench.page import page_total
from streams.bench.rig import Rig, rig
from streams.bench.stream import Message, Stream

LOOK_SECONDS = 5.0
"""as often as Prometheus looks: the page costs the worker some hundredths of a second"""
FIRST_LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 300.0
TICKS = os.sysconf("SC_CLK_TCK")
PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 2**20


class BenchError(HubwatchError):
    """A measurement that did not come to its end."""

    code = "HW-1801"
    hint = "measure on a quiet machine; with more records where there are too few, else with fewer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Throughput:
    """Between the first and the last look at a worker that works off a backlog; `compiled` tells
    whether its core is machine code."""

    records: int
    compiled: bool
    events_per_s: int
    cpu_us_per_event: float
    rss_mb: float


def throughput(load: Load, records: int) -> Throughput:
    """Fills the inbox topics, then starts a worker and watches it. Raises BenchError."""
    with rig(load) as bench:
        stored = asyncio.run(fill(bench.settings.bootstrap_servers, rounds(load, records)))
        bench.worker.start()
        pid = bench.worker.pid or 0
        looks = list(_looks(bench, pid, stored))
        if len(looks) < 2:
            raise BenchError(f"{stored} records are worked off within {LOOK_SECONDS:.0f} s")
        first, last = looks[0], looks[-1]
        done = last.records - first.records
        return Throughput(
            records=stored,
            compiled=COMPILED,
            events_per_s=round(done / (last.at - first.at)),
            cpu_us_per_event=round((last.cpu_seconds - first.cpu_seconds) / done * 1e6, 2),
            rss_mb=round(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_MB, 1),
        )


def rounds(load: Load, records: int) -> Iterator[Message]:
    """At least so many records of a load, in whole rounds."""
    stream = Stream(load)
    for number in range(-(-records // load.sources)):
        yield from stream.round(number)


@dataclass(frozen=True, slots=True)
class _Look:
    at: float
    records: int
    cpu_seconds: float


def _looks(bench: Rig, pid: int, stored: int) -> Iterator[_Look]:
    """While it has records before it: from the first worked off until the last but those of an
    interval."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    done = 0
    while time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS if done else FIRST_LOOK_SECONDS)
        done = round(page_total(bench.settings.worker_port, "hubwatch_records_total"))
        if done >= stored:
            return
        if done:
            yield _Look(time.monotonic(), done, _cpu_seconds(pid))
    raise BenchError(f"{stored} records were not worked off within {PATIENCE_SECONDS:.0f} s")


def _cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
