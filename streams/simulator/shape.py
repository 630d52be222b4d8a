"""Curves: how a quantity runs through a day, through a scenario, through the minutes after."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise

DAY_HOURS = 24.0


class Shape:
    """A curve through (x, y) points, straight between them.

    With `period` it repeats; without, it stays at its first and last value outside.
    """

    __slots__ = ("_period", "_xs", "_ys")

    def __init__(
        self, points: Sequence[tuple[float, float]], *, period: float | None = None
    ) -> None:
        ordered = sorted(points)
        if period is not None:
            first, last = ordered[0], ordered[-1]
            ordered = [(last[0] - period, last[1]), *ordered, (first[0] + period, first[1])]
        self._xs = [x for x, _ in ordered]
        self._ys = [y for _, y in ordered]
        self._period = period

    def at(self, x: float) -> float:
        if self._period is not None:
            x %= self._period
        index = bisect_right(self._xs, x)
        if index == 0:
            return self._ys[0]
        if index == len(self._xs):
            return self._ys[-1]
        left, right = self._xs[index - 1], self._xs[index]
        low, high = self._ys[index - 1], self._ys[index]
        return low + (high - low) * (x - left) / (right - left)


def daily(points: Sequence[tuple[float, float]]) -> Shape:
    """A curve over the 24 local hours."""
    return Shape(points, period=DAY_HOURS)


def kernel(minutes: tuple[float, float, float]) -> list[float]:
    """Shares by whole minute of a triangular delay (least, likeliest, most); they sum to 1."""
    least, likeliest, most = minutes
    if most <= least:
        return [0.0] * round(least) + [1.0]
    weights = []
    for minute in range(int(most) + 1):
        x = minute + 0.5
        rise = (x - least) / (likeliest - least) if likeliest > least else 1.0
        fall = (most - x) / (most - likeliest) if most > likeliest else 1.0
        weights.append(max(0.0, min(rise, fall)))
    total = sum(weights)
    return [weight / total for weight in weights]


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """`total` in whole parts proportional to `weights`, the sum exact."""
    whole = sum(weights)
    bounds = [0, *(round(total * part / whole) for part in accumulate(weights))]
    return [after - before for before, after in pairwise(bounds)]
