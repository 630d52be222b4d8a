"""How the cost of the pure step grows with sources, rules and partitions.

Each point is measured in a process of its own, `python -m streams.bench.scaling`, so that memory is
that of the point alone.
"""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import msgspec

from schemas.errors import HubwatchError
from streams.bench.load import Load
from streams.bench.pipeline import PAGE_MB
from streams.bench.step import Bench
from streams.runtime.app import GARBAGE_AFTER

SOURCES_A_PLACE = 25
MOST_PLACES = 10_000
BATCHES_AN_INBOX = 8
"""at least, of the smallest batches: what fills none is not measured"""
ROUNDS = 4
"""of all sources, at least; the first is the warm-up, in which they become known"""
LEAST_RECORDS = 1_000_000
MOST_BATCH = 4000
PATIENCE_SECONDS = 900
SAID = 400


class ScalingError(HubwatchError):
    """A point could not be measured."""

    code = "HW-1804"
    hint = "1,000,000 sources take some 6 GB of memory; leave them out with --most-sources"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What is asked: one of these differs from the usual."""

    axis: str
    sources: int = 5000
    rules: int = 26
    partitions: int = 4

    @property
    def load(self) -> Load:
        places = min(max(40, self.sources // SOURCES_A_PLACE), MOST_PLACES)
        return Load(
            sources=self.sources, places=places, rules=self.rules, partitions=self.partitions
        )

    @property
    def records(self) -> int:
        return max(ROUNDS * self.sources, LEAST_RECORDS)

    @property
    def batch_records(self) -> int:
        """Smaller where there are many partitions to fill."""
        inboxes = 2 * self.partitions
        return min(MOST_BATCH, self.records // (inboxes * BATCHES_AN_INBOX))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """`state_bytes_a_source` is how much the process grew by stepping: gate, fusion and rules."""

    cpu_us_per_event: float
    state_bytes_a_source: int


USUAL = Point(axis="")
SOURCES = (1_000, 10_000, 100_000, 1_000_000)
RULES = (10, 100, 1_000)
PARTITIONS = (1, 4, 16, 64)
SHARED_OUT = 50_000
"""sources of which each of the partitions gets some cells"""


def points(most_sources: int) -> tuple[Point, ...]:
    """Along the three axes."""
    return (
        *(replace(USUAL, axis="sources", sources=n) for n in SOURCES if n <= most_sources),
        *(replace(USUAL, axis="rules", rules=n) for n in RULES),
        *(replace(USUAL, axis="partitions", sources=SHARED_OUT, partitions=n) for n in PARTITIONS),
    )


def scaling(asked: tuple[Point, ...]) -> Iterator[tuple[Point, Cost]]:
    """One after the other. Raises ScalingError."""
    for point in asked:
        done = subprocess.run(  # noqa: S603  ourselves
            [sys.executable, "-m", __name__, msgspec.json.encode(asdict(point)).decode()],
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        if done.returncode:
            raise ScalingError(f"{point}: status {done.returncode}: {done.stderr[-SAID:].strip()}")
        yield point, msgspec.json.decode(done.stdout, type=Cost)


def cost(point: Point) -> Cost:
    """Steps the load of a point; in a process that did nothing else before."""
    gc.set_threshold(*GARBAGE_AFTER)  # as the worker runs
    bench = Bench(point.load, point.records, point.batch_records)
    before_mb = _resident_mb()
    step = bench.stepping(bench.partitions(bench.rules))
    cpu_us = bench.cpu_us_per_event(step)
    grown_mb = _resident_mb() - before_mb
    return Cost(
        cpu_us_per_event=round(cpu_us, 2),
        state_bytes_a_source=round(grown_mb * 2**20 / point.sources),
    )


def _resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_MB


if __name__ == "__main__":
    asked = msgspec.json.decode(sys.argv[1], type=Point)
    sys.stdout.buffer.write(msgspec.json.encode(cost(asked)))
