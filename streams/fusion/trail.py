"""The newest samples of one source, packed: as far back as its windows reach, two at least.

A row is a sample as numbers of eight bytes each, side by side: the instant (Unix ms), then the
fields, not-a-number where nothing was measured. Rows lie in a ring; a snapshot takes them in the
order of observation.
"""

from __future__ import annotations

from array import array
from math import nan
from typing import Any, Final, final

from librt.vecs import append, extend, vec
from mypy_extensions import i64

SPARSE: Final = 4
"""times as much room as there are rows is too much"""

Sample = tuple[Any, ...]
"""(observed_at_ms, field, …) of one record, None where nothing was measured"""


def measured(number: float) -> float | None:
    """None for not-a-number."""
    return number if number == number else None  # noqa: PLR0124  only not-a-number is not itself


def row_of(sample: Sample) -> vec[float]:
    """A sample packed."""
    return vec[float]([nan if number is None else number for number in sample])


def sample_of(row: vec[float]) -> Sample:
    """A packed row as it was before."""
    return (int(row[0]), *[measured(number) for number in row[1:]])


@final
class Trail:
    """Rows of `width` numbers, addressed by index from the oldest on; `count` of them."""

    __slots__ = ("_first", "_room", "count", "numbers", "width")

    def __init__(self, width: int) -> None:
        self.width: i64 = width
        self.count: i64 = 0
        self._first: i64 = 0
        self._room: i64 = 0
        """as many rows fit before the ring has to grow"""
        self.numbers: vec[float] = vec[float]()

    def offset(self, index: i64) -> i64:
        """Where in `numbers` a row begins."""
        row = self._first + index
        return (row if row < self._room else row - self._room) * self.width

    def at_ms(self, index: i64) -> float:
        """When a row was observed."""
        return self.numbers[self.offset(index)]

    def sample(self, index: i64) -> Sample:
        """A row as it was before it was packed."""
        start = self.offset(index)
        return sample_of(self.numbers[start : start + self.width])

    def copy_last(self, row: vec[float]) -> vec[float]:
        """The newest row, written over another; a new one where that is empty."""
        start = self.offset(self.count - 1)
        numbers = self.numbers
        if not len(row):
            return numbers[start : start + self.width]
        for column in range(self.width):
            row[column] = numbers[start + column]
        return row

    def newest(self, count: int) -> list[Sample]:
        """The last samples, oldest first, fewer where there are fewer."""
        return [self.sample(index) for index in range(max(0, self.count - count), self.count)]

    def column(self, column: i64, first: i64) -> list[float | None]:
        """The numbers of the rows from there on."""
        numbers = self.numbers
        return [
            measured(numbers[self.offset(index) + column]) for index in range(first, self.count)
        ]

    def after(self, at_ms: float) -> int:
        """The index of the first row after an instant."""
        low: i64 = 0
        high = self.count
        while low < high:
            middle = (low + high) >> 1
            if self.at_ms(middle) <= at_ms:
                low = middle + 1
            else:
                high = middle
        return low

    def append(self, sample: Sample) -> None:
        """Adds a sample that is newer than all."""
        if self.count == self._room:
            self._make_room()
        start = self.offset(self.count)
        self.count += 1
        numbers = self.numbers
        for column in range(self.width):
            number: float | None = sample[column]
            numbers[start + column] = nan if number is None else number

    def insert(self, sample: Sample) -> None:
        """Adds a sample that came late."""
        index = self.count
        self.append(sample)
        while index > 0 and self.at_ms(index - 1) > self.at_ms(index):
            self._exchange(self.offset(index - 1), self.offset(index))
            index -= 1

    def _exchange(self, one: i64, other: i64) -> None:
        numbers = self.numbers
        for column in range(self.width):
            number = numbers[one + column]
            numbers[one + column] = numbers[other + column]
            numbers[other + column] = number

    def _make_room(self) -> None:
        """A quarter more than there is: windows soon reach as far as they ever will."""
        numbers = self._in_order()
        self._first = 0
        self._room = self.count + (self.count >> 2) + 1
        for _ in range(self._room * self.width - len(numbers)):
            numbers = append(numbers, nan)
        self.numbers = numbers[:]  # no longer than it need be, as what is appended to is

    def forget(self, count: i64) -> None:
        """Drops the oldest; no more than there are. Gives room back that a burst has taken."""
        self._first += count
        if self._first >= self._room:
            self._first -= self._room
        self.count -= count
        if self._room > SPARSE * (self.count + 1):
            self._make_room()

    def _in_order(self) -> vec[float]:
        """All rows from the oldest on, and none else."""
        start = self._first * self.width
        end = start + self.count * self.width
        room = self._room * self.width
        if end <= room:
            return self.numbers[start:end]
        return extend(self.numbers[start:], self.numbers[: end - room])

    def packed(self) -> bytes:
        """For a snapshot."""
        return memoryview(self._in_order()).tobytes()

    def unpack(self, packed: bytes) -> None:
        """Begins with the rows of a snapshot."""
        self.numbers = vec[float](array("d", packed))
        self._first = 0
        self.count = self._room = len(self.numbers) // self.width
