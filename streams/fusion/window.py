"""The trailing windows of a source: what its newest samples come to, as one number a question.

Means and sums are kept from record to record, so that a long window costs no more than a short one.
They are kept in whole millionths, which are exact whatever the order in which samples come and go:
a source that goes on from a snapshot says the same as one that never stopped. Eight bytes hold them
where a field's bounds, its window and ten samples a second allow it, which a test of the catalogue
demands of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import Final, final

from librt.vecs import vec
from mypy_extensions import i64

from streams.fusion.measure import OverTime
from streams.fusion.reduce import Reduction
from streams.fusion.trail import Trail

MILLION: Final = 1e6
PARTS: Final = 4
HALF: Final = 20
BASE: Final = float(1 << 20)
LOW: Final = (1 << 20) - 1
KEPT = (OverTime.MEAN, OverTime.SUM)


class Window:
    """A trailing window over the trail of one source, start exclusive, in event time.

    What it says goes into a `reading`, one number a reduction from a place of its own on,
    not-a-number where too little was measured.
    """

    __slots__ = ()

    def opened(self) -> Window:
        """For one more source; the same where it keeps nothing."""
        return self

    def start(self, trail: Trail, reading: vec[float]) -> i64:
        """Begins anew with these samples, of which there is one at least; returns as `slide`."""
        return self.slide(trail, reading)

    def slide(self, trail: Trail, reading: vec[float]) -> i64:
        """The last of the samples is new, and newer than all before it. Returns the index of the
        first that the window reaches."""
        raise NotImplementedError

    def forget(self, count: i64) -> None:
        """So many samples, which it reaches no more, were taken from the front."""


def opening(
    length_ms: int, reductions: Sequence[Reduction], *, place: int, difference: bool
) -> Window:
    """The cheapest window that answers these reductions; `length_ms` 0 reaches the newest sample
    only. Its numbers go into a reading from `place` on."""
    if not length_ms:
        return Newest([asked.at for asked in reductions], place)
    if all(asked.over_time in KEPT for asked in reductions):
        return Running(Plan(length_ms, reductions, place))
    return Scan(length_ms, reductions, place, difference=difference)


@final
class Newest(Window):
    """The newest sample."""

    __slots__ = ("_columns", "_place")

    def __init__(self, columns: Sequence[int], place: int) -> None:
        self._columns: vec[i64] = vec[i64](columns)
        self._place: i64 = place

    def slide(self, trail: Trail, reading: vec[float]) -> i64:
        numbers = trail.numbers
        start = trail.offset(trail.count - 1)
        at = self._place
        for column in self._columns:
            reading[at] = numbers[start + column]
            at += 1
        return trail.count


@final
class Scan(Window):
    """Looks at all its samples each time it is read.

    A `difference` takes the last sample before the window too.
    """

    __slots__ = ("_columns", "_difference", "_length_ms", "_place", "_reducers")

    def __init__(
        self, length_ms: int, reductions: Sequence[Reduction], place: int, *, difference: bool
    ) -> None:
        self._length_ms = length_ms
        self._difference = difference
        self._place: i64 = place
        self._reducers = [asked.reducer for asked in reductions]
        asked_for = {at for asked in reductions for at in (asked.at, asked.weight_at)}
        self._columns = {0, *(at for at in asked_for if at is not None)}

    def slide(self, trail: Trail, reading: vec[float]) -> i64:
        first: i64 = trail.after(trail.at_ms(trail.count - 1) - self._length_ms)
        seen = first - 1 if self._difference and first else first
        columns = [
            trail.column(column, seen) if column in self._columns else []
            for column in range(trail.width)
        ]
        at = self._place
        for reduce in self._reducers:
            number = reduce(columns)
            reading[at] = nan if number is None else number
            at += 1
        return first


@final
class Plan:
    """What a running window keeps, one number after the other: of each column how many samples have
    measured it and their total, then of each weighted mean the total of the weights and of number
    times weight, which takes more than eight bytes, three parts.

    `columns` and `pairs` are those of the samples; `readings` says of each reduction where its
    column is kept, where its weighted mean is, 0 for none, and whether it is a sum.
    """

    __slots__ = ("columns", "length_ms", "pairs", "place", "readings", "size")

    def __init__(self, length_ms: int, reductions: Sequence[Reduction], place: int) -> None:
        self.length_ms = float(length_ms)
        self.place: i64 = place
        columns = list(dict.fromkeys(asked.at for asked in reductions))
        weights = [(asked.at, asked.weight_at) for asked in reductions]
        pairs = list(dict.fromkeys((at, by) for at, by in weights if by is not None))
        products = 2 * len(columns)
        self.columns: vec[i64] = vec[i64](columns)
        self.pairs = pairs
        self.size = products + PARTS * len(pairs)
        self.readings = [
            (
                2 * columns.index(asked.at),
                0 if by is None else products + PARTS * pairs.index((asked.at, by)),
                asked.over_time is OverTime.SUM,
            )
            for asked, (_, by) in zip(reductions, weights, strict=True)
        ]


@final
class Running(Window):
    """Adds the newest sample to what it keeps, and takes away those that leave.

    `_first` is the index of the first it reaches.
    """

    __slots__ = ("_first", "_kept", "_plan")

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._first: i64 = 0
        self._kept: vec[i64] = vec[i64]([0] * plan.size)

    def opened(self) -> Window:
        return Running(self._plan)

    def start(self, trail: Trail, reading: vec[float]) -> i64:
        self._kept = vec[i64]([0] * self._plan.size)
        newest_ms = trail.at_ms(trail.count - 1)
        self._first = trail.after(newest_ms - self._plan.length_ms)
        for index in range(self._first, trail.count):
            self._add(trail.numbers, trail.offset(index), 1)
        self._read(reading)
        return self._first

    def slide(self, trail: Trail, reading: vec[float]) -> i64:
        numbers = trail.numbers
        newest = trail.offset(trail.count - 1)
        self._add(numbers, newest, 1)
        start_ms = numbers[newest] - self._plan.length_ms
        first = self._first
        oldest = trail.offset(first)
        while numbers[oldest] <= start_ms:
            self._add(numbers, oldest, -1)
            first += 1
            oldest = trail.offset(first)
        self._first = first
        self._read(reading)
        return first

    def forget(self, count: i64) -> None:
        self._first -= count

    def _add(self, numbers: vec[float], start: i64, sign: i64) -> None:
        """Adds the row that begins there, or takes it away."""
        kept = self._kept
        where: i64 = 0
        for column in self._plan.columns:
            number = numbers[start + column]
            if number == number:  # noqa: PLR0124  else it was not measured
                kept[where] += sign
                kept[where + 1] += sign * _micros(number)
            where += 2
        for number_at, weight_at in self._plan.pairs:
            number, weight = numbers[start + number_at], numbers[start + weight_at]
            if number == number and weight == weight:  # noqa: PLR0124  as above
                _multiply(kept, where, sign, _micros(weight), _micros(number))
            where += PARTS

    def _read(self, reading: vec[float]) -> None:
        kept = self._kept
        place = self._plan.place
        for where, weighted, is_sum in self._plan.readings:
            count, total = kept[where], float(kept[where + 1])
            if not count:
                reading[place] = nan
            elif is_sum:
                reading[place] = total / MILLION
            elif weighted and kept[weighted] > 0:
                reading[place] = _quotient(kept, weighted) / MILLION
            else:
                reading[place] = total / (float(count) * MILLION)
            place += 1


def _micros(number: float) -> i64:
    """The nearest whole number of millionths."""
    scaled = number * MILLION
    return int(scaled + 0.5) if scaled >= 0.0 else int(scaled - 0.5)


def _multiply(kept: vec[i64], where: i64, sign: i64, weight: i64, number: i64) -> None:
    """Adds a weight and its product with a number, both cut in two after HALF bits, so that no part
    grows out of eight bytes."""
    weight_high, weight_low = weight >> HALF, weight & LOW
    number_high, number_low = number >> HALF, number & LOW
    kept[where] += sign * weight
    kept[where + 1] += sign * weight_high * number_high
    kept[where + 2] += sign * (weight_high * number_low + weight_low * number_high)
    kept[where + 3] += sign * weight_low * number_low


def _quotient(kept: vec[i64], where: i64) -> float:
    """The weighted mean, in millionths."""
    high, middle, low = kept[where + 1], kept[where + 2], kept[where + 3]
    return ((float(high) * BASE + float(middle)) * BASE + float(low)) / float(kept[where])
