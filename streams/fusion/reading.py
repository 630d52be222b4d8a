"""What a source says by itself: a sample of each record, a reading of its newest samples.

A sample is (observed_at_ms, field, …). A reading is the numbers that follow from the newest ones:
that of each row over its window, and the weight of each row that has one; not-a-number where too
little was measured. A reading is made once a record, so that the value of a place has only to put
the readings of its sources together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from operator import attrgetter
from typing import Any, Final, final

from librt.vecs import append, vec
from mypy_extensions import i64

from streams.fusion.measure import Measure, OverTime
from streams.fusion.reduce import Reduction
from streams.fusion.trail import Sample, Trail
from streams.fusion.window import Window, opening

SAMPLES_KEPT: Final = 2


@dataclass(frozen=True, slots=True)
class Column:
    """Where readings hold the number of a row, and its weight."""

    at: int
    weight_at: int | None


@final
class Reader:
    """Reads the records of one kind for some rows. Knows sources, not places."""

    __slots__ = (
        "_jump_columns",
        "_jumps",
        "_size",
        "_windows",
        "bounded",
        "columns",
        "fields",
        "sample",
    )

    def __init__(self, rows: Sequence[Measure]) -> None:
        fields = dict.fromkeys(name for row in rows for name in (row.field, row.weight) if name)
        self.sample: Callable[[Any], Sample] = (
            attrgetter("observed_at_ms", *fields) if fields else lambda r: (r.observed_at_ms,)
        )
        self.fields = tuple(fields)
        at = {name: index for index, name in enumerate(fields, start=1)}
        jumps = {at[row.field]: row.jump for row in rows if row.jump is not None}
        self.bounded = bool(jumps)
        """some row limits how far its number can jump"""
        self._jump_columns: vec[i64] = vec[i64](jumps)
        self._jumps: vec[float] = vec[float](jumps.values())
        self._windows, self.columns, self._size = _windows(rows, at)

    def windows(self) -> tuple[Window, ...]:
        """Those of one more source; the same for all where none of them keeps anything."""
        opened = tuple([window.opened() for window in self._windows])
        return self._windows if opened == self._windows else opened

    def trail(self) -> Trail:
        """An empty one, of one more source."""
        return Trail(1 + len(self.fields))

    def nothing(self) -> vec[float]:
        """The reading of a source that was never heard."""
        reading = vec[float]()
        for _ in range(self._size):
            reading = append(reading, nan)
        return reading

    @staticmethod
    def read(trail: Trail, windows: tuple[Window, ...], reading: vec[float], *, anew: bool) -> None:
        """Reads the trail, of which the newest sample is new, or `anew` after others have changed;
        forgets what no window reaches but for the last before, from which a counter's difference
        starts."""
        gone = trail.count - SAMPLES_KEPT
        for window in windows:
            first = window.start(trail, reading) if anew else window.slide(trail, reading)
            gone = min(gone, first - 1)
        if gone > 0:
            trail.forget(gone)
            for window in windows:
                window.forget(gone)

    @staticmethod
    def moved(trail: Trail) -> bool:
        """The newest sample says something else than the one before."""
        last = trail.count - 1
        if last == 0:
            return True
        numbers = trail.numbers
        before_at, newest_at = trail.offset(last - 1), trail.offset(last)
        for column in range(1, trail.width):
            before, newest = numbers[before_at + column], numbers[newest_at + column]
            if before != newest and (before == before or newest == newest):  # noqa: PLR0124
                return True
        return False

    def jumps(self, trusted: vec[float], trail: Trail) -> bool:
        """The newest sample lies further from the trusted row than the quantity can change."""
        numbers = trail.numbers
        newest_at = trail.offset(trail.count - 1)
        for index, column in enumerate(self._jump_columns):
            jump = self._jumps[index]
            change = numbers[newest_at + column] - trusted[column]
            if change > jump or change < -jump:
                return True
        return False


def _windows(
    rows: Sequence[Measure], fields: Mapping[str, int]
) -> tuple[tuple[Window, ...], Mapping[str, Column], int]:
    """The windows the rows need, where in a reading each row then finds its number, and how long
    readings are."""
    by_window: dict[tuple[int, bool], list[Measure]] = {}
    for row in rows:
        length_ms = 0 if row.over_time is OverTime.LAST else _length_ms(row)
        difference = row.over_time in (OverTime.DIFFERENCE, OverTime.RATE)
        by_window.setdefault((length_ms, difference), []).append(row)
    windows: list[Window] = []
    columns: dict[str, Column] = {}
    start = 0
    for (length_ms, difference), sharing in by_window.items():
        positions: dict[Reduction, int] = {}
        for row in sharing:
            number, weight = _reductions(row, fields)
            at = positions.setdefault(number, start + len(positions))
            weight_at = None
            if weight is not None:
                weight_at = positions.setdefault(weight, start + len(positions))
            columns[row.key] = Column(at, weight_at)
        windows.append(opening(length_ms, list(positions), place=start, difference=difference))
        start += len(positions)
    return tuple(windows), columns, start


def _reductions(row: Measure, fields: Mapping[str, int]) -> tuple[Reduction, Reduction | None]:
    """What a row asks of its window, and what it asks for its weight: the mean over the window."""
    at = fields[row.field]
    weight_at = fields[row.weight] if row.weight else None
    if row.over_time is OverTime.MEAN:
        number = Reduction(OverTime.MEAN, at, weight_at=weight_at)
    elif row.over_time is OverTime.PERCENTILE:
        number = Reduction(OverTime.PERCENTILE, at, share=row.percentile)
    else:
        number = Reduction(row.over_time, at)
    return number, None if weight_at is None else Reduction(OverTime.MEAN, weight_at)


def _length_ms(row: Measure) -> int:
    return int(row.window_seconds * 1000)
