"""Reducers: the samples of a source become a number, the numbers of a place become a value.

A window is the samples of one source turned into columns: the first holds `observed_at_ms`, in the
order of observation, the others one field each. None in a column means "not measured" and is left
out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import ceil, fsum
from operator import mul
from typing import Any, NamedTuple

from streams.fusion.measure import OverSources, OverTime

Columns = Sequence[Sequence[Any]]
Reducer = Callable[[Columns], float | None]
"""What a window says; None where it holds too little."""
MS_AN_HOUR = 3_600_000


def present(numbers: Sequence[float | None]) -> Sequence[float]:
    """Without what was not measured."""
    if None in numbers:
        return [number for number in numbers if number is not None]
    return numbers  # type: ignore[return-value]


def percentile(numbers: Sequence[float], share: float) -> float:
    """Nearest-rank percentile of a non-empty sequence; `share` in (0, 1]."""
    return sorted(numbers)[max(0, ceil(share * len(numbers)) - 1)]


def _weighted_mean(numbers: Sequence[float], weights: Sequence[float]) -> float:
    total = fsum(weights)
    if total <= 0:
        return fsum(numbers) / len(numbers)
    return fsum(map(mul, numbers, weights)) / total


# -- over time: the window of a source -----------------------------------------------------


class Reduction(NamedTuple):
    """What is asked of a window: of its column `at`, and of `weight_at` or with `share` where the
    kind of reduction needs it."""

    over_time: OverTime
    at: int
    weight_at: int | None = None
    share: float | None = None

    @property
    def reducer(self) -> Reducer:
        if self.share is not None:
            return _percentile(self.at, self.share)
        if self.weight_at is not None:
            return _mean_by_weight(self.at, self.weight_at)
        return OVER_TIME[self.over_time](self.at)


def _mean(at: int) -> Reducer:
    def reduce(window: Columns) -> float | None:
        numbers = window[at]
        try:
            return fsum(numbers) / len(numbers)
        except TypeError:  # one was not measured
            known = present(numbers)
            return fsum(known) / len(known) if known else None

    return reduce


def _mean_by_weight(at: int, weight_at: int) -> Reducer:
    def reduce(window: Columns) -> float | None:
        numbers, weights = window[at], window[weight_at]
        try:
            return _weighted_mean(numbers, weights)
        except TypeError:  # one was not measured
            rows = zip(numbers, weights, strict=True)
            known = [(number, weight or 0.0) for number, weight in rows if number is not None]
            return _weighted_mean(*zip(*known, strict=True)) if known else None

    return reduce


def _last(at: int) -> Reducer:
    def reduce(window: Columns) -> float | None:
        numbers = present(window[at])
        return numbers[-1] if numbers else None

    return reduce


def _sum(at: int) -> Reducer:
    def reduce(window: Columns) -> float | None:
        numbers = present(window[at])
        return fsum(numbers) if numbers else None

    return reduce


def _max(at: int) -> Reducer:
    return lambda window: max(present(window[at]), default=None)


def _percentile(at: int, share: float) -> Reducer:
    def reduce(window: Columns) -> float | None:
        numbers = present(window[at])
        return percentile(numbers, share) if numbers else None

    return reduce


def _difference(at: int) -> Reducer:
    def reduce(window: Columns) -> float | None:
        numbers = present(window[at])
        if len(numbers) < 2:
            return None
        return fsum(
            after - before if after >= before else after for before, after in pairwise(numbers)
        )

    return reduce


def _rate(at: int) -> Reducer:
    def reduce(window: Columns) -> float | None:
        rows = zip(window[0], window[at], strict=True)
        points = [(ms, number) for ms, number in rows if number is not None]
        if len(points) < 2:
            return None
        (start_ms, first), (end_ms, last) = points[0], points[-1]
        return float((last - first) * MS_AN_HOUR / (end_ms - start_ms))

    return reduce


OVER_TIME: dict[OverTime, Callable[[int], Reducer]] = {
    OverTime.LAST: _last,
    OverTime.SUM: _sum,
    OverTime.MEAN: _mean,
    OverTime.MAX: _max,
    OverTime.RATE: _rate,
    OverTime.DIFFERENCE: _difference,
}
"""Those that need one column only."""


# -- over sources: the numbers of a place --------------------------------------------------

OVER_SOURCES: dict[OverSources, Callable[[Sequence[float], Sequence[float]], float]] = {
    OverSources.SUM: lambda numbers, _: fsum(numbers),
    OverSources.MEAN: lambda numbers, _: fsum(numbers) / len(numbers),
    OverSources.WEIGHTED_MEAN: _weighted_mean,
    OverSources.MAX: lambda numbers, _: float(max(numbers)),
    OverSources.MIN: lambda numbers, _: float(min(numbers)),
}
"""`(numbers, weights) -> value`, for at least one number; only WEIGHTED_MEAN reads weights."""
