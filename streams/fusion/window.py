"""The trailing windows of a source: what its newest samples come to, as one number a question.

Means and sums are kept from record to record, so that a long window costs no more than a short one.
They are kept in whole millionths, which are exact whatever the order in which samples come and go:
a source that goes on from a snapshot says the same as one that never stopped. (Of whole numbers so
up to 9·10⁹, beyond any field that is summed.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isnan
from typing import Any, Final

from streams.fusion.measure import OverTime
from streams.fusion.reduce import Reduction
from streams.fusion.trail import Sample, Trail, measured

MILLION: Final = 1e6
KEPT = (OverTime.MEAN, OverTime.SUM)


class Window:
    """A trailing window over the samples of one source, start exclusive, in event time.

    What it says is added to `numbers`: one a reduction, None where too little was measured.
    """

    __slots__ = ()

    def start(self, trail: Trail, newest: Sample, numbers: list[float | None]) -> None:
        """Begins anew with these samples, of which there is one at least."""
        self.slide(trail, newest, numbers)

    def slide(self, trail: Trail, newest: Sample, numbers: list[float | None]) -> int:
        """The last of the samples is new, and newer than all before it. Returns the index of the
        first that the window reaches."""
        raise NotImplementedError

    def forget(self, count: int) -> None:
        """So many samples, which it reaches no more, were taken from the front."""


def opening(
    length_ms: int, reductions: Sequence[Reduction], *, difference: bool
) -> Callable[[], Window]:
    """Makes the cheapest window that answers these reductions, one a source; `length_ms` 0 reaches
    the newest sample only."""
    if not length_ms:
        newest = Newest(reductions)
        return lambda: newest
    if all(asked.over_time in KEPT for asked in reductions):
        plan = Plan(length_ms, reductions)
        return lambda: Running(plan)
    scan = Scan(length_ms, reductions, difference=difference)
    return lambda: scan


class Newest(Window):
    """The newest sample."""

    __slots__ = ("_columns",)

    def __init__(self, reductions: Sequence[Reduction]) -> None:
        self._columns = [asked.at for asked in reductions]

    def slide(self, trail: Trail, newest: Sample, numbers: list[float | None]) -> int:
        numbers += [newest[at] for at in self._columns]
        return len(trail)


class Scan(Window):
    """Looks at all its samples each time it is read.

    A `difference` takes the last sample before the window too.
    """

    __slots__ = ("_columns", "_difference", "_length_ms", "_reducers")

    def __init__(
        self, length_ms: int, reductions: Sequence[Reduction], *, difference: bool
    ) -> None:
        self._length_ms = length_ms
        self._difference = difference
        self._reducers = [asked.reducer for asked in reductions]
        asked_for = {at for asked in reductions for at in (asked.at, asked.weight_at)}
        self._columns = sorted(at for at in asked_for if at is not None)

    def slide(self, trail: Trail, newest: Sample, numbers: list[float | None]) -> int:
        first = trail.after(newest[0] - self._length_ms)
        before = 1 if self._difference and first else 0
        columns: list[Any] = list(trail.columns(first - before))
        for at in self._columns:
            column = columns[at]
            if isnan(sum(column)):
                columns[at] = [measured(number) for number in column]
        numbers += [reduce(columns) for reduce in self._reducers]
        return first


class Plan:
    """Where a running window keeps what: of each column how many samples have measured it and their
    total, of each weighted mean the total of the weights and of number times weight.

    `readings` says of each reduction where its column is kept, where its weighted mean is, 0 for
    none, and whether it is a sum.
    """

    __slots__ = ("columns", "length_ms", "pairs", "readings", "size")

    def __init__(self, length_ms: int, reductions: Sequence[Reduction]) -> None:
        self.length_ms = length_ms
        columns: dict[int, int] = {}
        pairs: dict[tuple[int, int], int] = {}
        self.size = 1
        for asked in reductions:
            if asked.at not in columns:
                columns[asked.at] = self._room()
            if asked.weight_at is not None and (asked.at, asked.weight_at) not in pairs:
                if asked.weight_at not in columns:
                    columns[asked.weight_at] = self._room()
                pairs[asked.at, asked.weight_at] = self._room()
        self.columns = tuple(columns.items())
        self.pairs = tuple((*pair, where) for pair, where in pairs.items())
        self.readings = tuple(
            (
                columns[asked.at],
                0 if asked.weight_at is None else pairs[asked.at, asked.weight_at],
                asked.over_time is OverTime.SUM,
            )
            for asked in reductions
        )

    def _room(self) -> int:
        where = self.size
        self.size += 2
        return where


class Running(Window):
    """Adds the newest sample to what it keeps, and takes away those that leave.

    `_oldest` is the first it reaches.
    """

    __slots__ = ("_first", "_kept", "_oldest", "_plan")

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._kept = [0] * plan.size
        self._first = 0
        self._oldest: Sample | None = None

    def start(self, trail: Trail, newest: Sample, numbers: list[float | None]) -> None:
        self._kept = [0] * self._plan.size
        self._oldest = None
        self._first = trail.after(newest[0] - self._plan.length_ms)
        for index in range(self._first, len(trail)):
            self._add(trail.at(index), 1)
        self._read(numbers)

    def slide(self, trail: Trail, newest: Sample, numbers: list[float | None]) -> int:
        self._add(newest, 1)
        start_ms: int = newest[0] - self._plan.length_ms
        first = self._first
        oldest = trail.at(first) if self._oldest is None else self._oldest
        while True:
            observed_ms: int = oldest[0]
            if observed_ms > start_ms:
                break
            self._add(oldest, -1)
            first += 1
            oldest = trail.at(first)
        self._first, self._oldest = first, oldest
        self._read(numbers)
        return first

    def forget(self, count: int) -> None:
        self._first -= count

    def _add(self, sample: Sample, sign: int) -> None:
        kept = self._kept
        for at, where in self._plan.columns:
            number: float | None = sample[at]
            if number is not None and number == number:  # noqa: PLR0124  else it was not measured
                kept[where] += sign
                kept[where + 1] += sign * _micros(number)
        for at, weight_at, where in self._plan.pairs:
            number = sample[at]
            weight: float | None = sample[weight_at]
            if number is None or weight is None:
                continue
            if number == number and weight == weight:  # noqa: PLR0124  as above
                micros = sign * _micros(weight)
                kept[where] += micros
                kept[where + 1] += micros * _micros(number)

    def _read(self, numbers: list[float | None]) -> None:
        kept = self._kept
        for where, weighted, is_sum in self._plan.readings:
            count, total = kept[where], kept[where + 1]
            if not count:
                numbers.append(None)
            elif is_sum:
                numbers.append(float(total) / MILLION)
            elif weighted and kept[weighted] > 0:
                numbers.append(float(kept[weighted + 1]) / (float(kept[weighted]) * MILLION))
            else:
                numbers.append(float(total) / (float(count) * MILLION))


def _micros(number: float) -> int:
    """The nearest whole number of millionths."""
    scaled = number * MILLION
    return int(scaled + 0.5) if scaled >= 0.0 else int(scaled - 0.5)
