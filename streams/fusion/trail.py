"""The samples of one source as far back as its windows reach, packed.

A row is the instant and the fields as eight bytes each, side by side; a snapshot takes them as they
are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from math import nan
from struct import Struct
from typing import Any

Sample = tuple[Any, ...]
"""(observed_at_ms, field, …) of one record; None or, unpacked, not-a-number: not measured"""


def row_of(fields: Collection[str]) -> Struct:
    """A row of samples with these fields."""
    return Struct(f"<q{len(fields)}d")


def unpacked(row: Struct, packed: bytes | bytearray) -> list[Sample]:
    """Packed rows as samples, None where nothing was measured."""
    return [
        (at_ms, *[measured(number) for number in numbers])
        for at_ms, *numbers in row.iter_unpack(packed)
    ]


def measured(number: float) -> float | None:
    """None for not-a-number."""
    return number if number == number else None  # noqa: PLR0124  only not-a-number is not itself


class Trail:
    """Rows in the order of observation; `rows` is what a snapshot holds."""

    __slots__ = ("_row", "_size", "rows")

    def __init__(self, row: Struct) -> None:
        self._row = row
        self._size = row.size
        self.rows = bytearray()

    def __len__(self) -> int:
        return len(self.rows) // self._size

    def at(self, index: int) -> Sample:
        """One sample, not-a-number where nothing was measured."""
        return self._row.unpack_from(self.rows, index * self._size)

    def columns(self, first: int) -> Iterable[tuple[Any, ...]]:
        """Those of the samples from there on, of which there is one at least: the instants, then
        field by field, not-a-number where nothing was measured."""
        return zip(*self._row.iter_unpack(self.rows[first * self._size :]), strict=True)

    def after(self, at_ms: int) -> int:
        """The index of the first sample after an instant."""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self.at(middle)[0] <= at_ms:
                low = middle + 1
            else:
                high = middle
        return low

    def append(self, sample: Sample) -> None:
        """Adds a sample that is newer than all."""
        self.rows += self._packed(sample)

    def insert(self, sample: Sample) -> None:
        """Adds a sample that came late."""
        start = self.after(sample[0]) * self._size
        self.rows[start:start] = self._packed(sample)

    def forget(self, count: int) -> None:
        """Drops the oldest."""
        del self.rows[: count * self._size]

    def fill(self, samples: Sequence[Sample]) -> None:
        """Begins with these, oldest first."""
        self.rows = bytearray(b"".join(map(self._packed, samples)))

    def _packed(self, sample: Sample) -> bytes:
        if None in sample:
            sample = tuple([nan if each is None else each for each in sample])
        return self._row.pack(*sample)
