"""People at one place over one day, by minute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from streams.simulator.shape import kernel

Series = list[float]
"""one number for each minute of the day"""


class Flow:
    """Persons a minute into and out of a place, by minute of the day.

    `walked_in` and `walked_out` are the parts that use its doors; the others get off a vehicle
    there, or on.
    """

    __slots__ = ("entered", "left", "walked_in", "walked_out")

    def __init__(self, minutes: int) -> None:
        self.entered, self.left, self.walked_in, self.walked_out = (
            [0.0] * minutes for _ in range(4)
        )

    def come(self, persons: Series, *, walking: bool, share: float = 1.0) -> None:
        add(self.entered, persons, share)
        if walking:
            add(self.walked_in, persons, share)

    def go(self, persons: Series, *, walking: bool, share: float = 1.0) -> None:
        add(self.left, persons, share)
        if walking:
            add(self.walked_out, persons, share)

    def total(self) -> Crowd:
        return Crowd(
            *(
                [0.0, *accumulate(series)]
                for series in (self.entered, self.left, self.walked_in, self.walked_out)
            )
        )


@dataclass(frozen=True, slots=True)
class Crowd:
    """Persons who have come and gone since the day began: entry k at the start of minute k."""

    entered: Series
    left: Series
    walked_in: Series
    walked_out: Series

    def inside(self, minute: float) -> float:
        return at(self.entered, minute) - at(self.left, minute)


@dataclass(frozen=True, slots=True)
class Way:
    """A way onward, by minute: persons who come to it, are taken, give up, and wait."""

    wanted: Series
    boarded: Series
    diverted: Series
    waiting: Series


def at(series: Sequence[float], minute: float) -> float:
    """The series between two of its entries, straight; its ends outside."""
    index = int(minute)
    if minute <= 0:
        return series[0]
    if index >= len(series) - 1:
        return series[-1]
    before = series[index]
    return before + (series[index + 1] - before) * (minute - index)


def add(series: Series, more: Sequence[float], factor: float = 1.0) -> None:
    """Adds in place."""
    for index, number in enumerate(more):
        series[index] += number * factor


def delayed(series: Sequence[float], shares: Sequence[float]) -> Series:
    """The series spread over later minutes; what would fall beyond the day falls into its last."""
    last = len(series) - 1
    spread = [0.0] * len(series)
    for minute, number in enumerate(series):
        if number:
            for lag, share in enumerate(shares):
                if share:
                    spread[min(minute + lag, last)] += number * share
    return spread


def ahead_of(series: Sequence[float], shares: Sequence[float]) -> Series:
    """The series spread over earlier minutes."""
    return delayed(series[::-1], shares)[::-1]


def later(series: Sequence[float], minutes: float) -> Series:
    """The whole series so many minutes later."""
    return delayed(series, kernel((minutes, minutes, minutes)))
