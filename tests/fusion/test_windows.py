"""Every way to reduce samples, against exact arithmetic over all samples ever sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.fusion.measure import Measure, OverSources, OverTime
from tests.fusion.conftest import Bench, row

HOUR_MS = 3_600_000
Point = tuple[int, Fraction, Fraction]
"""(ms, number, weight)"""


def mean(points: Sequence[Point]) -> Fraction:
    numbers = [number for _, number, _ in points]
    weight = sum((weight for *_, weight in points), Fraction())
    if not weight:
        return sum(numbers, Fraction()) / len(numbers)
    return sum((n * w for _, n, w in points), Fraction()) / weight


def rate(points: Sequence[Point]) -> Fraction | None:
    if len(points) < 2:
        return None
    (start_ms, first, _), (end_ms, last, _) = points[0], points[-1]
    return (last - first) / Fraction(end_ms - start_ms, HOUR_MS)


def drawn(points: Sequence[Point]) -> Fraction | None:
    """By a counter that starts from 0 again whenever it falls."""
    if len(points) < 2:
        return None
    total, before = Fraction(), points[0][1]
    for _, number, _ in points[1:]:
        total += number - before if number >= before else number
        before = number
    return total


REDUCE: dict[OverTime, Callable[[Sequence[Point]], Fraction | None]] = {
    OverTime.LAST: lambda points: points[-1][1],
    OverTime.SUM: lambda points: sum((n for _, n, _ in points), Fraction()),
    OverTime.MAX: lambda points: max(n for _, n, _ in points),
    OverTime.MEAN: mean,
    OverTime.PERCENTILE: lambda points: sorted(n for _, n, _ in points)[
        max(0, ceil(0.85 * len(points)) - 1)
    ],
    OverTime.RATE: rate,
    OverTime.DIFFERENCE: drawn,
}
"""one source's number from the measured points of its window, at least one, by the definition"""
COMBINE: dict[OverSources, Callable[[list[tuple[Fraction, Fraction]]], Fraction]] = {
    OverSources.SUM: lambda pairs: sum((n for n, _ in pairs), Fraction()),
    OverSources.MEAN: lambda pairs: sum((n for n, _ in pairs), Fraction()) / len(pairs),
    OverSources.MAX: lambda pairs: max(n for n, _ in pairs),
    OverSources.MIN: lambda pairs: min(n for n, _ in pairs),
    OverSources.WEIGHTED_MEAN: lambda pairs: (
        sum((n * w for n, w in pairs), Fraction()) / total
        if (total := sum(w for _, w in pairs))
        else sum((n for n, _ in pairs), Fraction()) / len(pairs)
    ),
}

Sent = list[tuple[int, float | None, float | None]]


def expected(measure: Measure, sent: Sequence[Sent]) -> Fraction | None:
    """The value of the place from everything its sources ever sent, in whatever order."""
    pairs: list[tuple[Fraction, Fraction]] = []
    for samples in sent:
        ordered = sorted(samples)
        start_ms = ordered[-1][0] - int(measure.window_seconds * 1000)
        inside = [s for s in ordered if s[0] > start_ms]
        if measure.over_time is OverTime.LAST:
            inside = ordered[-1:]
        if measure.over_time in (OverTime.DIFFERENCE, OverTime.RATE):
            inside = [s for s in ordered if s[0] <= start_ms][-1:] + inside
        weighed = measure.weight is not None
        points = [
            (ms, Fraction(n), Fraction(w or 0) if weighed else Fraction())
            for ms, n, w in inside
            if n is not None
        ]
        number = REDUCE[measure.over_time](points) if points else None
        if number is not None:
            weights = [Fraction(w) for *_, w in inside if w is not None]
            weight = sum(weights, Fraction()) / len(weights) if weights else Fraction()
            pairs.append((number, weight if weighed else Fraction()))
    return COMBINE[measure.over_sources](pairs) if pairs else None


weights = st.none() | st.integers(0, 500).map(lambda n: n / 4) | st.integers(0, 1_000_000)
numbers = weights | st.integers(-(10**9), 10**9).map(lambda n: n / 8)
samples = st.dictionaries(
    st.integers(0, 30).map(lambda n: n * 7_000), st.tuples(numbers, weights), min_size=1, max_size=9
).map(lambda found: [(ms, *pair) for ms, pair in found.items()])
measures = st.builds(
    lambda over_time, over_sources, window_seconds, weight: row(
        over_time=over_time,
        over_sources=over_sources,
        window_seconds=window_seconds,
        weight="weight" if weight or over_sources is OverSources.WEIGHTED_MEAN else None,
        minimum_coverage=0.0,
    ),
    st.sampled_from(OverTime),
    st.sampled_from(OverSources),
    st.sampled_from([7.0, 20.0, 60.0, 150.0]),
    st.booleans(),
)


@settings(max_examples=300, deadline=None)
@given(
    data=st.data(),
    rows=st.lists(measures, min_size=1, max_size=3),
    sent=st.lists(samples, min_size=1, max_size=3),
)
def test_a_value_is_that_of_all_samples_in_any_order(
    data: st.DataObject, rows: list[Measure], sent: list[Sent]
) -> None:
    """Late records revise, looking early changes nothing, what is forgotten is not missed."""
    rows = [replace(each, key=f"r{n}") for n, each in enumerate(rows)]
    bench = Bench(rows, len(sent), cadence_ms=HOUR_MS)
    in_time = [(n, *sample) for n, found in enumerate(sent) for sample in sorted(found)]
    arrivals = data.draw(st.permutations(in_time))
    newest: dict[int, int] = {}
    for source, ms, number, weight in arrivals:
        bench.hear(source, ms, number, weight=weight)
        late = ms < newest.get(source, ms)
        newest[source] = max(ms, newest.get(source, ms))
        assert bench.group.late >= late
        if data.draw(st.booleans()):
            value = bench.value(max(newest.values()))
            assert value.revised >= late or value.value is None
    for index, measure in enumerate(rows):
        value = bench.value(max(newest.values()), index)
        want = expected(measure, sent)
        if want is None:
            assert (value.status, value.value, value.reason) == ("unknown", None, "no-reading")
        else:
            largest = max(abs(n or 0) for found in sent for _, n, _ in found)
            assert value.value == pytest.approx(float(want), rel=1e-12, abs=1e-14 * largest)
            assert value.observed_at_ms is not None
