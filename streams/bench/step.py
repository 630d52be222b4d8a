"""The pure pipeline by itself: no Kafka, no event loop, one thread; CPU time a record by stage."""

from __future__ import annotations

import cProfile
import gc
import io
import pstats
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from schemas.codec import decode, explain
from schemas.structs import structs
from streams.bench.folder import write_site
from streams.bench.load import Load
from streams.bench.stream import Stream
from streams.domains import catalogue
from streams.gate import Folder, Refusal, SourceState
from streams.partition import Inflow, Partition, StepOutput, snapshot
from streams.rules.book import RuleBook
from streams.rules.load import load_rules
from streams.runtime.settings import Settings
from streams.runtime.topics import partition_of
from streams.site import load_site
from streams.site.model import Site

WARM_UP = 0.25
"""share of the batches that come before anything is measured"""


class Arrived(NamedTuple):
    """A record as the worker's transport hands it on."""

    offset: int
    timestamp: int
    key: bytes
    value: bytes


class Batch(NamedTuple):
    """What one fetch of one inbox partition brings."""

    topic: str
    partition: int
    records: list[Arrived]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReport:
    """`cpu_us_per_event` by stage: `decode` alone, the `gate` (which decodes), the whole `step`
    without rules, the whole `step`. `snapshot_ms` is for all cells once.
    """

    records: int
    batches: int
    cpu_us_per_event: Mapping[str, float]
    snapshot_ms: float
    snapshot_bytes_a_source: float
    alerts: int
    situations: int
    quarantined: int


def batches(load: Load, records: int, batch_records: int) -> Iterator[Batch]:
    """The load, cut as a worker that catches up would fetch it."""
    stream = Stream(load)
    waiting: dict[tuple[str, int], list[Arrived]] = {}
    offsets: dict[tuple[str, int], int] = {}
    for number in range(-(-records // load.sources)):
        for message in stream.round(number):
            inbox = (message.topic, message.partition)
            batch = waiting.setdefault(inbox, [])
            offset = offsets[inbox] = offsets.get(inbox, -1) + 1
            batch.append(Arrived(offset, message.timestamp, message.key, message.value))
            if len(batch) == batch_records:
                yield Batch(*inbox, waiting.pop(inbox))


class Bench:
    """Steps the batches of a load through fresh partitions, as often as it is asked to."""

    def __init__(self, load: Load, records: int, batch_records: int) -> None:
        with tempfile.TemporaryDirectory(prefix="hubwatch-bench-") as scratch:
            write_site(load, Path(scratch))
            self.site: Site = load_site(Path(scratch), Settings.load().standards_dir)
            self.rules = load_rules(Path(scratch) / "rules.yaml", self.site, catalogue())
        self._load = load
        self._departments = {d.inbox: d.key for d in self.site.departments.values()}
        self.batches = list(batches(load, records, batch_records))
        gc.collect()
        gc.freeze()  # the records themselves are no part of what is measured

    def partitions(self, rules: RuleBook) -> list[Partition]:
        cells = {place.cell for place in self.site.places.values()}
        return [
            Partition(
                number,
                [cell for cell in cells if partition_of(cell, self._load.partitions) == number],
                site=self.site,
                catalogue=catalogue(),
                rules=rules,
                decode=decode,
                explain=explain,
                record_types=structs(),
            )
            for number in range(self._load.partitions)
        ]

    def stepping(self, partitions: Sequence[Partition]) -> Callable[[Batch], list[StepOutput]]:
        """As the worker does it: every topic with records has more of them to read, time passes
        with the records."""
        inflows = [Inflow(partition, self._departments) for partition in partitions]
        spoken = {(batch.topic, batch.partition) for batch in self.batches}
        unread = [
            {topic: int((topic, number) in spoken) for topic in self._departments}
            for number in range(len(partitions))
        ]

        def step(batch: Batch) -> list[StepOutput]:
            inflow = inflows[batch.partition]
            inflow.offer(batch.topic, batch.records)
            return [output for _, output in inflow.advance(unread[batch.partition], 0)]

        return step

    def sifting(self, partitions: Sequence[Partition]) -> Callable[[Batch], None]:
        def sift(batch: Batch) -> None:
            refused: list[Refusal] = []
            gate = partitions[batch.partition].gate
            gate.sift(self._departments[batch.topic], batch.records, _Nobody(), refused)

        return sift

    def cpu_us_per_event(self, work: Callable[[Batch], object]) -> float:
        """CPU time of this thread, over the batches after the warm-up."""
        warm = int(len(self.batches) * WARM_UP)
        for batch in self.batches[:warm]:
            work(batch)
        started = time.thread_time()
        for batch in self.batches[warm:]:
            work(batch)
        spent = time.thread_time() - started
        return spent / sum(len(batch.records) for batch in self.batches[warm:]) * 1e6


def measure(bench: Bench) -> StepReport:
    outputs: list[StepOutput] = []
    partitions = bench.partitions(bench.rules)
    step = bench.stepping(partitions)
    without_rules = bench.stepping(bench.partitions(RuleBook((), bench.site)))
    stages = {
        "decode": bench.cpu_us_per_event(_decode_all),
        "gate": bench.cpu_us_per_event(bench.sifting(bench.partitions(bench.rules))),
        "step_without_rules": bench.cpu_us_per_event(without_rules),
        "step": bench.cpu_us_per_event(lambda batch: outputs.extend(step(batch))),
    }
    started = time.thread_time()
    taken = [snapshot.take(p, cell) for p in partitions for cell in sorted(p.cells)]
    snapshot_ms = (time.thread_time() - started) * 1000
    return StepReport(
        records=sum(len(batch.records) for batch in bench.batches),
        batches=len(bench.batches),
        cpu_us_per_event={stage: round(spent, 3) for stage, spent in stages.items()},
        snapshot_ms=round(snapshot_ms, 1),
        snapshot_bytes_a_source=round(sum(map(len, taken)) / len(bench.site.sources), 1),
        alerts=sum(len(output.alerts) for output in outputs),
        situations=sum(len(output.situations) for output in outputs),
        quarantined=sum(len(output.refused) for output in outputs),
    )


def profile(bench: Bench, lines: int) -> str:
    """The functions of the whole step that take the most time, by cProfile: shares, not speeds."""
    step = bench.stepping(bench.partitions(bench.rules))
    warm = int(len(bench.batches) * WARM_UP)
    for batch in bench.batches[:warm]:
        step(batch)
    profiler = cProfile.Profile(time.thread_time)
    profiler.enable()
    for batch in bench.batches[warm:]:
        step(batch)
    profiler.disable()
    text = io.StringIO()
    pstats.Stats(profiler, stream=text).sort_stats("tottime").print_stats(lines)
    return text.getvalue()


class _Nobody(Folder):
    """The gate by itself."""

    def fold(self, source: SourceState, record: Any, received_ms: int) -> None:
        """Leaves it at that."""


def _decode_all(batch: Batch) -> None:
    for arrived in batch.records:
        decode(arrived.value)
