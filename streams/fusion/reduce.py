"""Reducers: the samples of a source become a number, the numbers of a place become a value.

A sample is a tuple whose first item is `observed_at_ms`; samples come in the order of observation.
None among the fields means "not measured" and is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import ceil, fsum
from typing import Any

from streams.fusion.measure import OverSources, OverTime

Sample = tuple[Any, ...]
Window = Sequence[Sample]
MS_AN_HOUR = 3_600_000


def _last(window: Window, at: int) -> float | None:
    for sample in reversed(window):
        if sample[at] is not None:
            return float(sample[at])
    return None


def _numbers(window: Window, at: int) -> list[float]:
    return [sample[at] for sample in window if sample[at] is not None]


def _sum(window: Window, at: int) -> float | None:
    numbers = _numbers(window, at)
    return fsum(numbers) if numbers else None


def _mean(window: Window, at: int) -> float | None:
    numbers = _numbers(window, at)
    return fsum(numbers) / len(numbers) if numbers else None


def _max(window: Window, at: int) -> float | None:
    return max(_numbers(window, at), default=None)


def _difference(window: Window, at: int) -> float | None:
    numbers = _numbers(window, at)
    if len(numbers) < 2:
        return None
    return fsum(
        after - before if after >= before else after
        for before, after in pairwise(numbers)
    )


def _rate(window: Window, at: int) -> float | None:
    points = [(sample[0], sample[at]) for sample in window if sample[at] is not None]
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
"""`(window, field index) -> number`, None where the window holds too little. PERCENTILE takes its
share from the measure and is dispatched beside this table."""


def _weighted_mean(numbers: Sequence[float], weights: Sequence[float]) -> float:
    total = fsum(weights)
    if total <= 0:
        return fsum(numbers) / len(numbers)
    return fsum(n * w for n, w in zip(numbers, weights, strict=True)) / total


OVER_SOURCES: dict[OverSources, Callable[[Sequence[float], Sequence[float]], float]] = {
    OverSources.SUM: lambda numbers, _: fsum(numbers),
    OverSources.MEAN: lambda numbers, _: fsum(numbers) / len(numbers),
    OverSources.WEIGHTED_MEAN: _weighted_mean,
    OverSources.MAX: lambda numbers, _: max(numbers),
    OverSources.MIN: lambda numbers, _: min(numbers),
}
"""`(numbers, weights) -> value`, for at least one number; only WEIGHTED_MEAN reads weights."""
