"""Who of a place's sources spoke, how far they can be believed, and what it comes to."""

from __future__ import annotations

from collections.abc import Sequence, Set

from mypy_extensions import i64

from schemas.value import CONTRIBUTORS_SHOWN, Value
from streams.fusion.freshness import all_fresh_until_ms
from streams.fusion.measure import Measure, OverSources
from streams.fusion.reading import Column
from streams.fusion.reduce import OVER_SOURCES
from streams.gate.reasons import Reason
from streams.gate.source import NEVER_MS, SourceState


class Hearing:
    """`fresh` sources, the `usable` ones among them, how many were `expected`.

    Found at `since_ms`, it stands at least until `until_ms`, unless a source changes its standing
    by what it says: then one goes stale, or its maintenance begins or ends (`edge_ms`). `newest_ms`
    is the newest instant of the usable ones as of the evaluation under way, floored to its step.
    """

    __slots__ = (
        "_names",
        "doubts",
        "edge_ms",
        "expected",
        "fresh",
        "newest_ms",
        "since_ms",
        "skewed",
        "until_ms",
        "usable",
    )

    def __init__(self, since_ms: int, *, skewed: Set[str]) -> None:
        self.fresh: list[SourceState] = []
        self.usable: list[SourceState] = []
        self.expected = 0
        self.doubts: dict[Reason, SourceState] = {}
        self.newest_ms = 0
        self.since_ms = since_ms
        self.skewed = skewed
        self.edge_ms = NEVER_MS
        self.until_ms = 0
        self._names: tuple[str, ...] | None = None

    def holds(self, now_ms: int, *, skewed: Set[str]) -> bool:
        """Neither time nor a clock has changed what was found."""
        if skewed != self.skewed or now_ms < self.since_ms:
            return False
        if now_ms > self.until_ms:
            self.renew()
        return now_ms <= self.until_ms

    def renew(self) -> None:
        """Finds how long it stands as of what the sources have said by now."""
        self.until_ms = min(all_fresh_until_ms(self.fresh), self.edge_ms - 1)

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

    def value(self, row: Measure, column: Column, *, revised: bool, simulated: bool) -> Value:
        """The row's value from what was heard; unknown rather than guessed."""
        numbers, weights = self._numbers(column)
        heard, expected = len(self.fresh), self.expected
        reason = self.silence(row.minimum_coverage)
        doubt = self.doubt(varies=row.varies)
        if reason or not numbers:
            return Value(
                measure=row.key,
                status="unknown",
                heard=heard,
                expected=expected,
                reason=reason or doubt or "no-reading",
                simulated=simulated,
            )
        partial = row.over_sources is OverSources.SUM and len(numbers) < expected
        return Value(
            measure=row.key,
            status="suspect" if doubt or partial else "ok",
            value=OVER_SOURCES[row.over_sources](numbers, weights),
            observed_at_ms=self.newest_ms,
            heard=heard,
            expected=expected,
            contributors=self.names(),
            reason=doubt or ("coverage" if partial else ""),
            revised=revised,
            at_least=partial,
            simulated=simulated,
        )

    def _numbers(self, column: Column) -> tuple[Sequence[float], Sequence[float]]:
        """What the usable sources say, and how much it weighs."""
        numbers: list[float] = []
        weights: list[float] = []
        at: i64 = column.at
        weight_at: i64 = -1 if column.weight_at is None else column.weight_at
        for source in self.usable:
            reading = source.reading
            number = reading[at]
            if number != number:  # noqa: PLR0124  it was not measured
                continue
            numbers.append(number)
            if weight_at >= 0:
                weight = reading[weight_at]
                weights.append(weight if weight == weight else 0.0)  # noqa: PLR0124  as above
        return numbers, weights
