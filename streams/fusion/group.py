"""The sources of one record kind at one place, and the values they make."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Sequence
from math import fsum
from operator import attrgetter
from typing import Any

from schemas.value import CONTRIBUTORS_SHOWN, Value
from streams.fusion.freshness import FRESH_CADENCES, is_frozen, note_change
from streams.fusion.measure import Accumulated, Measure, OverSources, OverTime
from streams.fusion.reduce import OVER_SOURCES, OVER_TIME, Sample, percentile
from streams.gate.reasons import Reason
from streams.gate.source import SourceState
from streams.site.model import Place

HELD_BACK_UNTIL_BELIEVED = 3
SAMPLES_KEPT = 2
STEPS_A_CADENCE = 2


class Accumulation:
    """An Accumulated row and its state at one place."""

    __slots__ = ("heard", "row", "state")

    def __init__(self, row: Accumulated) -> None:
        self.row = row
        self.state: Any = row.start()
        self.heard = False


class Group:
    """Values are evaluated at every step of event time (`step_ms`) the records cross and at the end
    of a batch, and carry the start of their step as `observed_at_ms`: so what a ladder sees does
    not depend on how records were cut into batches. One source alone needs no steps: each of its
    samples is one.
    """

    __slots__ = (
        "_at",
        "_horizon_ms",
        "accumulations",
        "dirty",
        "dwell_ms",
        "kind",
        "late",
        "next_check_ms",
        "place",
        "read",
        "received_ms",
        "rows",
        "simulated",
        "sources",
        "step",
        "step_ms",
    )

    def __init__(
        self,
        place: Place,
        kind: str,
        *,
        rows: Sequence[Measure],
        accumulated: Sequence[Accumulated],
        dwell_ms: int | None,
    ) -> None:
        self.place = place
        self.kind = kind
        self.rows = tuple(rows)
        self.accumulations = [Accumulation(row) for row in accumulated]
        self.step_ms = 1
        self.dwell_ms = dwell_ms
        self.sources: list[SourceState] = []
        self.dirty = False
        self.late = False
        self.simulated = False
        self.step = 0
        self.received_ms = 0
        self.next_check_ms = 0
        fields = dict.fromkeys(name for row in rows for name in (row.field, row.weight) if name)
        self._at = {name: index for index, name in enumerate(fields, start=1)}
        self._horizon_ms = max(
            (int(row.window_seconds * 1000) for row in rows if row.over_time is not OverTime.LAST),
            default=0,
        )
        self.read: Callable[[Any], Sample] = (
            attrgetter("observed_at_ms", *fields) if fields else lambda r: (r.observed_at_ms,)
        )

    def add(self, source: SourceState) -> None:
        self.sources.append(source)
        alone = len(self.sources) == 1
        self.step_ms = 1 if alone else max(1, source.cadence_ms // STEPS_A_CADENCE)

    def fold(self, source: SourceState, record: Any, received_ms: int) -> None:
        """Takes one admitted record; late ones are sorted in and mark the next values revised."""
        sample = self.read(record)
        samples = source.samples
        if samples and sample[0] < samples[-1][0]:
            insort(samples, sample, key=lambda s: s[0])
            self.late = True
        else:
            samples.append(sample)
        for accumulation in self.accumulations:
            accumulation.state = accumulation.row.fold(accumulation.state, record)
            accumulation.heard = True
        self.simulated = record.simulated
        self.received_ms = received_ms
        self.dirty = True

    def floor(self, observed_ms: int) -> int:
        """The start of the step an instant belongs to."""
        return observed_ms - observed_ms % self.step_ms

    def newest_ms(self) -> int:
        """The newest instant any source has spoken of, floored to its step; 0 before any."""
        heard = [source.samples[-1][0] for source in self.sources if source.samples]
        return self.floor(max(heard, default=0))

    def trim(self, source: SourceState) -> None:
        """Forgets the samples no window reaches, but keeps two to compare with."""
        samples = source.samples
        if len(samples) > SAMPLES_KEPT:
            horizon_ms = samples[-1][0] - self._horizon_ms
            cut = bisect_right(samples, horizon_ms, key=lambda s: s[0])
            # a counter's difference starts from the last reading before its window
            del samples[: min(max(cut - 1, 0), len(samples) - SAMPLES_KEPT)]

    def judge(self, source: SourceState) -> None:
        """Decides whether the source's newest sample can be believed, and whether it moved."""
        newest = source.samples[-1]
        before, source.evaluated = source.evaluated, newest
        if before is None or newest[1:] != before[1:]:
            note_change(source, newest[0])
        trusted = source.trusted
        if trusted is not None and self._jumps(trusted, newest):
            source.held_back += 1
            if source.held_back < HELD_BACK_UNTIL_BELIEVED:
                return
        source.held_back = 0
        source.trusted = newest

    def _jumps(self, trusted: Sample, newest: Sample) -> bool:
        for row in self.rows:
            if row.jump is not None:
                at = self._at[row.field]
                before, after = trusted[at], newest[at]
                if before is not None and after is not None and abs(after - before) > row.jump:
                    return True
        return False

    def hear(self, now_ms: int, *, skewed: bool) -> Hearing:
        """Who of the expected sources is fresh, and who of them is in doubt."""
        fresh: list[SourceState] = []
        usable: list[SourceState] = []
        doubts: dict[Reason, SourceState] = {}
        expected = 0
        next_check_ms = now_ms + 60_000
        for source in self.sources:
            if source.maintenance and source.in_maintenance(now_ms):
                continue
            expected += 1
            samples = source.samples
            if not samples:
                continue
            if samples[-1] is not source.evaluated:
                self.trim(source)
                self.judge(source)
            stale_ms = samples[-1][0] + FRESH_CADENCES * source.cadence_ms
            if stale_ms < now_ms:
                continue
            next_check_ms = min(next_check_ms, stale_ms)
            fresh.append(source)
            if source.held_back:
                doubts[Reason.IMPLAUSIBLE_JUMP] = source
                continue
            if is_frozen(source, self.dwell_ms):
                doubts[Reason.FROZEN] = source
            usable.append(source)
        if skewed and fresh:
            doubts[Reason.SKEWED] = fresh[0]
        self.next_check_ms = next_check_ms + 1
        return Hearing(fresh, usable, expected, doubts)

    def value(self, row: Measure, hearing: Hearing) -> Value:
        """The row's value from what was heard; unknown rather than guessed."""
        numbers, weights = self._numbers(row, hearing.usable)
        heard, expected = len(hearing.fresh), hearing.expected
        reason = hearing.silence(row.minimum_coverage)
        doubt = hearing.doubt(varies=row.varies)
        if reason or not numbers:
            return Value(
                measure=row.key,
                status="unknown",
                heard=heard,
                expected=expected,
                reason=reason or doubt or "no-reading",
                simulated=self.simulated,
            )
        partial = row.over_sources is OverSources.SUM and len(numbers) < expected
        return Value(
            measure=row.key,
            status="suspect" if doubt or partial else "ok",
            value=OVER_SOURCES[row.over_sources](numbers, weights),
            observed_at_ms=self.floor(max([source.samples[-1][0] for source in hearing.usable])),
            heard=heard,
            expected=expected,
            contributors=hearing.names(),
            reason=doubt or ("coverage" if partial else ""),
            revised=self.late,
            at_least=partial,
            simulated=self.simulated,
        )

    def _numbers(
        self, row: Measure, usable: Sequence[SourceState]
    ) -> tuple[list[float], list[float]]:
        at = self._at[row.field]
        weight_at = self._at[row.weight] if row.weight else 0
        if row.over_time is OverTime.LAST:
            newest = [source.samples[-1] for source in usable]
            newest = [sample for sample in newest if sample[at] is not None]
            weights = [sample[weight_at] or 0.0 for sample in newest] if weight_at else []
            return [sample[at] for sample in newest], weights
        numbers: list[float] = []
        weights = []
        for source in usable:
            window = self._window(row, source.samples)
            number = self._over_time(row, window, at, weight_at)
            if number is not None:
                numbers.append(number)
                if weight_at:
                    shares = [s[weight_at] for s in window if s[weight_at] is not None]
                    weights.append(fsum(shares) / len(shares) if shares else 0.0)
        return numbers, weights

    @staticmethod
    def _window(row: Measure, samples: Sequence[Sample]) -> Sequence[Sample]:
        start_ms = samples[-1][0] - int(row.window_seconds * 1000)
        first = bisect_right(samples, start_ms, key=lambda s: s[0])
        if row.over_time in (OverTime.DIFFERENCE, OverTime.RATE) and first:
            first -= 1
        return samples[first:]

    @staticmethod
    def _over_time(row: Measure, window: Sequence[Sample], at: int, weight_at: int) -> float | None:
        if row.over_time is OverTime.PERCENTILE:
            numbers = [sample[at] for sample in window if sample[at] is not None]
            return percentile(numbers, row.percentile) if numbers else None
        if row.over_time is OverTime.MEAN and weight_at:
            pairs = [(s[at], s[weight_at]) for s in window if s[at] is not None]
            total = fsum(w or 0.0 for _, w in pairs)
            if total > 0:
                return fsum(n * (w or 0.0) for n, w in pairs) / total
        return OVER_TIME[row.over_time](window, at)


class Hearing:
    """Who spoke: `fresh` sources, the `usable` ones among them, how many were `expected`."""

    __slots__ = ("_names", "doubts", "expected", "fresh", "usable")

    def __init__(
        self,
        fresh: list[SourceState],
        usable: list[SourceState],
        expected: int,
        doubts: dict[Reason, SourceState],
    ) -> None:
        self.fresh = fresh
        self.usable = usable
        self.expected = expected
        self.doubts = doubts
        self._names: tuple[str, ...] | None = None

    def silence(self, minimum_coverage: float) -> str:
        """Why too little was heard for a value, or ""."""
        if not self.expected:
            return "no-source"
        if not self.fresh:
            return "silent"
        return "coverage" if len(self.fresh) < minimum_coverage * self.expected else ""

    def doubt(self, *, varies: bool) -> str:
        """The gravest doubt about the sources, or ""."""
        for reason in self.doubts:
            if reason is not Reason.FROZEN or varies:
                return reason.value
        return ""

    def names(self) -> tuple[str, ...]:
        if self._names is None:
            self._names = tuple([source.key for source in self.usable[:CONTRIBUTORS_SHOWN]])
        return self._names
