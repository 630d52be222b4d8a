"""Engines in turn over one topic, round by round, so that what the machine does meets them all."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from schemas.errors import HubwatchError
from streams.bench.load import Load
from streams.bench.peers.engines import Engine, Measure
from streams.bench.peers.run import Run
from streams.bench.peers.topic import Written, written

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An engine and its runs over the first `records` of the topic; figures are medians of runs."""

    engine: Engine
    records: int
    runs: tuple[Run, ...]

    @property
    def events_per_s(self) -> float:
        return median(run.events_per_s for run in self.runs)

    @property
    def cpu_us_per_event(self) -> float:
        return median(run.cpu_us_per_event for run in self.runs)

    @property
    def rss_mb(self) -> float:
        return median(run.rss_mb for run in self.runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`left_out` says, by engine, why it could not be measured."""

    rows: tuple[Row, ...]
    left_out: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`rest_seconds` between rounds leave a shared machine to others."""

    engines: Sequence[Engine]
    records: int
    rounds: int
    rest_seconds: float = 0.0


def compare(plan: Plan, load: Load, report: Report) -> Comparison:
    """An engine that fails is left out from then on. Raises ServerError for the broker."""
    left_out: dict[str, str] = {}
    ready = _prepared(plan.engines, left_out, report)
    sizes = {engine.key: min(plan.records, engine.most_records) for engine, _ in ready}
    if not ready:
        return Comparison(rows=(), left_out=left_out)
    report(f"writing {max(sizes.values()):,} records")
    runs: dict[str, list[Run]] = {engine.key: [] for engine, _ in ready}
    with written(load, set(sizes.values())) as topic:
        for number in range(plan.rounds):
            if number:
                time.sleep(plan.rest_seconds)
            for engine, measure in ready:
                if engine.key not in left_out:
                    _add(runs[engine.key], engine, measure, topic, sizes[engine.key], left_out)
                    report(_told(engine, number, runs[engine.key], left_out))
    return Comparison(
        rows=tuple(
            Row(engine=engine, records=sizes[engine.key], runs=tuple(runs[engine.key]))
            for engine, _ in ready
            if engine.key not in left_out
        ),
        left_out=left_out,
    )


def _prepared(
    engines: Sequence[Engine], left_out: dict[str, str], report: Report
) -> list[tuple[Engine, Measure]]:
    ready: list[tuple[Engine, Measure]] = []
    for engine in engines:
        report(f"{engine.key}: {engine.about}")
        try:
            ready.append((engine, engine.prepare()))
        except HubwatchError as error:
            left_out[engine.key] = str(error)
    return ready


def _add(
    runs: list[Run],
    engine: Engine,
    measure: Measure,
    topic: Written,
    records: int,
    left_out: dict[str, str],
) -> None:
    try:
        runs.append(measure(topic, records))
    except HubwatchError as error:
        left_out[engine.key] = str(error)


def _told(engine: Engine, number: int, runs: list[Run], left_out: Mapping[str, str]) -> str:
    if engine.key in left_out:
        return f"round {number + 1}: {engine.key}: {left_out[engine.key]}"
    run = runs[-1]
    return (
        f"round {number + 1}: {engine.key}: {run.events_per_s:,.0f} events/s,"
        f" {run.cpu_us_per_event:.2f} CPU µs an event"
    )
