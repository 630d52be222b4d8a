"""Sources, records and groups of any rows, made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from schemas.value import Value
from streams.fusion.group import Group
from streams.fusion.measure import Measure
from streams.gate import Contract, SourceState
from streams.site.model import Source
from tests.town import FEEDS, PLACES, T0_MS

CADENCE_MS = 10_000
FEED = FEEDS[1]
PLACE = PLACES[2]


@dataclass(frozen=True)
class Record:
    """A record of two numbers, as rows see it."""

    observed_at_ms: int
    number: float | None
    weight: float | None = None
    simulated: bool = False


def row(key: str = "test.number", **more: Any) -> Measure:
    return Measure(
        key=key,
        kind=FEED.kind,
        field="number",
        unit="",
        title_zh="",
        title_en="",
        description="",
        **more,
    )


class Bench:
    """A group of sources s0, s1, …; `at` of its methods is milliseconds after T0."""

    def __init__(
        self,
        rows: Sequence[Measure],
        sources: int = 1,
        *,
        cadence_ms: int = CADENCE_MS,
        dwell_ms: int | None = None,
        maintenance: dict[int, tuple[tuple[int, int], ...]] | None = None,
    ) -> None:
        self.group = Group(PLACE, FEED.kind, rows=rows, accumulated=[])
        feed = replace(FEED, dwell_seconds=dwell_ms and dwell_ms / 1000)
        contract = Contract(feed, PLACE, Record)
        spans = maintenance or {}
        for n in range(sources):
            source = Source(
                key=f"s{n}",
                feed=FEED.key,
                place=PLACE.key,
                cadence_seconds=cadence_ms / 1000,
                maintenance=tuple((T0_MS + a, T0_MS + b) for a, b in spans.get(n, ())),
            )
            self.group.add(SourceState(source, contract, registered=True, group=self.group))

    def hear(
        self, source: int, at: int, number: float | None, *, weight: float | None = None
    ) -> None:
        """As gate and partition do: the newest instant is noted, then the record is folded."""
        state = self.group.sources[source]
        state.newest_ms = max(state.newest_ms, T0_MS + at)
        self.group.fold(state, Record(T0_MS + at, number, weight), T0_MS + at + 200)

    def value(self, at: int, measure: int = 0, *, skewed: bool = False) -> Value:
        """What one of the rows says at an instant."""
        hearing = self.group.hear(T0_MS + at, skewed={FEED.key} if skewed else set())
        value = self.group.value(self.group.rows[measure], hearing)
        self.group.late = self.group.sudden = self.group.dirty = False
        return value
