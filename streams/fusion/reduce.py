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
from typing import Any

from streams.fusion.measure import Measure, OverSources, OverTime

Sample = tuple[Any, ...]
"""(observed_at_ms, field, …) of one record"""
Window = Sequence[Sequence[Any]]
MS_AN_HOUR = 3_600_000


def present(numbers: Sequence[float | None]) -> Sequence[float]:
    """Without what was not measured."""
    if None in numbers:
        return [number for number in numbers if number is not None]
    return numbers  # type: ignore[return-value]


def _last(window: Window, at: int) -> float | None:
    numbers = present(window[at])
    return numbers[-1] if numbers else None


def _sum(window: Window, at: int) -> float | None:
    numbers = present(window[at])
    return fsum(numbers) if numbers else None


def _mean(window: Window, at: int) -> float | None:
    numbers = present(window[at])
    return fsum(numbers) / len(numbers) if numbers else None


def _max(window: Window, at: int) -> float | None:
    return max(present(window[at]), default=None)


def _difference(window: Window, at: int) -> float | None:
    numbers = present(window[at])
    if len(numbers) < 2:
        return None
    return fsum(after - before if after >= before else after for before, after in pairwise(numbers))


def _rate(window: Window, at: int) -> float | None:
    rows = zip(window[0], window[at], strict=True)
    points = [(ms, number) for ms, number in rows if number is not None]
    if len(points) < 2:
        return None
    (start_ms, first), (end_ms, last) = points[0], points[-1]
    return float((last - first) * MS_AN_HOUR / (end_ms - start_ms))


def percentile(numbers: Sequence[float], share: float) -> float:
    """Nearest-rank percentile of a non-empty sequence; `share` in (0, 1]."""
    return sorted(numbers)[max(0, ceil(share * len(numbers)) - 1)]


OVER_TIME: dict[OverTime, Callable[[Window, int], float | None]] = {
    OverTime.LAST: _last,
    OverTime.SUM: _sum,
    OverTime.MEAN: _mean,
    OverTime.MAX: _max,
    OverTime.RATE: _rate,
    OverTime.DIFFERENCE: _difference,
}
"""`(window, column) -> number`, None where the window holds too little. `over_time` chooses."""

Reducer = Callable[[Window], float | None]


def over_time(row: Measure, at: int, weight_at: int | None) -> Reducer:
    """How a row reduces the window of one source, whose columns `at`, `weight_at` it reads."""
    if row.over_time is OverTime.PERCENTILE:
        return lambda window: _percentile(window, at, row.percentile)
    if row.over_time is OverTime.MEAN and weight_at is not None:
        return lambda window: _mean_by_weight(window, at, weight_at)
    reduce = OVER_TIME[row.over_time]
    return lambda window: reduce(window, at)


def mean_weight(weight_at: int) -> Reducer:
    """The weight of a source: the mean over its window, 0 where none was measured."""
    return lambda window: _mean(window, weight_at) or 0.0


def _percentile(window: Window, at: int, share: float) -> float | None:
    numbers = present(window[at])
    return percentile(numbers, share) if numbers else None


def _mean_by_weight(window: Window, at: int, weight_at: int) -> float | None:
    numbers, weights = window[at], window[weight_at]
    if None in numbers or None in weights:
        pairs = [(n, w or 0.0) for n, w in zip(numbers, weights, strict=True) if n is not None]
        numbers, weights = [n for n, _ in pairs], [w for _, w in pairs]
    return _weighted_mean(numbers, weights) if numbers else None


def _weighted_mean(numbers: Sequence[float], weights: Sequence[float]) -> float:
    total = fsum(weights)
    if total <= 0:
        return fsum(numbers) / len(numbers)
    return fsum(map(mul, numbers, weights)) / total


OVER_SOURCES: dict[OverSources, Callable[[Sequence[float], Sequence[float]], float]] = {
    OverSources.SUM: lambda numbers, _: fsum(numbers),
    OverSources.MEAN: lambda numbers, _: fsum(numbers) / len(numbers),
    OverSources.WEIGHTED_MEAN: _weighted_mean,
    OverSources.MAX: lambda numbers, _: max(numbers),
    OverSources.MIN: lambda numbers, _: min(numbers),
}
"""`(numbers, weights) -> value`, for at least one number; only WEIGHTED_MEAN reads weights."""
