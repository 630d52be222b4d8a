"""The trailing windows of a source: what its newest samples come to, as one number a question.

Means and sums are kept from record to record, so that a long window costs no more than a short one.
They are kept in whole millionths, which are exact whatever the order in which samples come and go:
a source that goes on from a snapshot says the same as one that never stopped.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from operator import itemgetter
from typing import Protocol

from streams.fusion.measure import OverTime
from streams.fusion.reduce import Reduction, Sample

MICRO = 1_000_000
KEPT = (OverTime.MEAN, OverTime.SUM)

Kept = list[int]
"""What a window remembers of one source. The first number is the index of its first sample."""

_observed_ms = itemgetter(0)


class Window(Protocol):
    """A trailing window over the samples of a source, start exclusive, in event time."""

    def start(self, samples: Sequence[Sample]) -> Kept:
        """What is to be remembered of these samples, of which there may be none."""

    def slide(self, samples: Sequence[Sample], kept: Kept) -> None:
        """The last of the samples is new, and newer than all before it."""

    def read(self, samples: Sequence[Sample], kept: Kept) -> list[float | None]:
        """A number by reduction; None where too little was measured."""


def window(length_ms: int, reductions: Sequence[Reduction], *, difference: bool) -> Window:
    """The cheapest window that answers these reductions."""
    if all(asked.over_time in KEPT for asked in reductions):
        return Running(length_ms, reductions)
    return Scan(length_ms, reductions, difference=difference)


class Scan:
    """Looks at all its samples each time it is read.

    A `difference` takes the last sample before the window too.
    """

    __slots__ = ("_difference", "_length_ms", "_reducers")

    def __init__(
        self, length_ms: int, reductions: Sequence[Reduction], *, difference: bool
    ) -> None:
        self._length_ms = length_ms
        self._difference = difference
        self._reducers = [asked.reducer for asked in reductions]

    def start(self, samples: Sequence[Sample]) -> Kept:  # noqa: ARG002  a Window's signature
        return [0]

    def slide(self, samples: Sequence[Sample], kept: Kept) -> None:
        """Keeps nothing."""

    def read(self, samples: Sequence[Sample], kept: Kept) -> list[float | None]:  # noqa: ARG002
        start_ms = samples[-1][0] - self._length_ms
        first = 0
        if samples[0][0] <= start_ms:
            first = bisect_right(samples, start_ms, lo=1, key=_observed_ms) - self._difference
        columns = tuple(zip(*samples[first:], strict=True))
        return [reduce(columns) for reduce in self._reducers]


class Running:
    """Adds the newest sample to what it keeps, and takes away those that leave.

    Of each column it keeps how many samples have measured it and their total; of each weighted mean
    the total of the weights and of number times weight.
    """

    __slots__ = ("_columns", "_length_ms", "_pairs", "_readings", "_size")

    def __init__(self, length_ms: int, reductions: Sequence[Reduction]) -> None:
        self._length_ms = length_ms
        columns: dict[int, int] = {}
        pairs: dict[tuple[int, int], int] = {}
        self._size = 1
        for asked in reductions:
            if asked.at not in columns:
                columns[asked.at] = self._room()
            if asked.weight_at is not None and (asked.at, asked.weight_at) not in pairs:
                pairs[asked.at, asked.weight_at] = self._room()
        self._columns = tuple(columns.items())
        self._pairs = tuple((*pair, where) for pair, where in pairs.items())
        self._readings = tuple(
            (
                columns[asked.at],
                0 if asked.weight_at is None else pairs[asked.at, asked.weight_at],
                asked.over_time is OverTime.SUM,
            )
            for asked in reductions
        )

    def _room(self) -> int:
        where = self._size
        self._size += 2
        return where

    def start(self, samples: Sequence[Sample]) -> Kept:
        kept = [0] * self._size
        start_ms = samples[-1][0] - self._length_ms if samples else 0
        for sample in samples:
            if sample[0] > start_ms:
                self._add(kept, sample, 1)
            else:
                kept[0] += 1
        return kept

    def slide(self, samples: Sequence[Sample], kept: Kept) -> None:
        newest = samples[-1]
        self._add(kept, newest, 1)
        start_ms = newest[0] - self._length_ms
        first = kept[0]
        while samples[first][0] <= start_ms:
            self._add(kept, samples[first], -1)
            first += 1
        kept[0] = first

    def _add(self, kept: Kept, sample: Sample, sign: int) -> None:
        for at, where in self._columns:
            number = sample[at]
            if number is not None:
                kept[where] += sign
                kept[where + 1] += sign * round(number * MICRO)
        for at, weight_at, where in self._pairs:
            number, weight = sample[at], sample[weight_at]
            if weight and number is not None:
                micro = sign * round(weight * MICRO)
                kept[where] += micro
                kept[where + 1] += micro * round(number * MICRO)

    def read(self, samples: Sequence[Sample], kept: Kept) -> list[float | None]:  # noqa: ARG002
        numbers: list[float | None] = []
        for where, weighted, is_sum in self._readings:
            count, total = kept[where], kept[where + 1]
            if not count:
                numbers.append(None)
            elif is_sum:
                numbers.append(total / MICRO)
            elif weighted and kept[weighted] > 0:
                numbers.append(kept[weighted + 1] / (kept[weighted] * MICRO))
            else:
                numbers.append(total / (count * MICRO))
        return numbers
