"""What a source says by itself: a sample of each record, a reading of its newest samples.

A sample is (observed_at_ms, field, …). A reading is (observed_at_ms, number, …): the number of each
row over its window, and the weight of each row that has one. A reading is made once a record, so
that the value of a place has only to put the readings of its sources together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

from streams.fusion.measure import Measure, OverTime
from streams.fusion.reduce import Reduction
from streams.fusion.trail import Sample, Trail, row_of
from streams.fusion.window import Window, opening

SAMPLES_KEPT: Final = 2


@dataclass(frozen=True, slots=True)
class Column:
    """Where readings hold the number of a row, and its weight."""

    at: int
    weight_at: int | None


class Reader:
    """Reads the records of one kind for some rows. Knows sources, not places."""

    __slots__ = ("_jumps", "_openings", "_row", "bounded", "columns", "fields", "sample")

    def __init__(self, rows: Sequence[Measure]) -> None:
        fields = dict.fromkeys(name for row in rows for name in (row.field, row.weight) if name)
        self.sample: Callable[[Any], Sample] = (
            attrgetter("observed_at_ms", *fields) if fields else lambda r: (r.observed_at_ms,)
        )
        self.fields = tuple(fields)
        at = {name: index for index, name in enumerate(fields, start=1)}
        self._jumps = [(at[row.field], row.jump) for row in rows if row.jump is not None]
        self.bounded = bool(self._jumps)
        """some row limits how far its number can jump"""
        windowed = [row for row in rows if row.over_time is not OverTime.LAST]
        self._row = row_of(fields)
        self._openings: Sequence[Callable[[], Window]] = ()
        self.columns: Mapping[str, Column]
        if windowed:
            self._openings, self.columns = _windows(rows, at)
        else:  # the newest sample will do
            self.columns = {
                row.key: Column(at[row.field], at[row.weight] if row.weight else None)
                for row in rows
            }

    def windows(self) -> list[Window]:
        """Those of one more source; none where the newest sample says it all."""
        return [opens() for opens in self._openings]

    def trail(self) -> Trail:
        """An empty one, of one more source."""
        return Trail(self._row)

    def slide(self, trail: Trail, newest: Sample, windows: list[Window]) -> Sample:
        """Reads the trail, of which the newest sample is new; forgets what no window reaches but
        for the last before, from which a counter's difference starts."""
        numbers: list[Any] = [newest[0]]
        gone = len(trail) - SAMPLES_KEPT
        for window in windows:
            gone = min(gone, window.slide(trail, newest, numbers) - 1)
        if gone > 0:
            trail.forget(gone)
            for window in windows:
                window.forget(gone)
        return tuple(numbers)

    @staticmethod
    def start(trail: Trail, newest: Sample, windows: list[Window]) -> Sample:
        """Reads the trail anew, after others than the newest have changed."""
        numbers: list[Any] = [newest[0]]
        for window in windows:
            window.start(trail, newest, numbers)
        return tuple(numbers)

    def moved(self, before: Sample, newest: Sample) -> bool:
        """The source says something else than before."""
        # mostly its first field tells, and nothing need be cut out
        if self.fields and newest[1] != before[1]:
            return True
        return newest[1:] != before[1:]

    def jumps(self, trusted: Sample, newest: Sample) -> bool:
        """The newest sample lies further from the trusted one than the quantity can change."""
        for at, jump in self._jumps:
            before, after = trusted[at], newest[at]
            if before is not None and after is not None and abs(after - before) > jump:
                return True
        return False


def _windows(
    rows: Sequence[Measure], fields: Mapping[str, int]
) -> tuple[Sequence[Callable[[], Window]], Mapping[str, Column]]:
    """The windows the rows need, and where in a reading each row then finds its number."""
    by_window: dict[tuple[int, bool], list[Measure]] = {}
    for row in rows:
        length_ms = 0 if row.over_time is OverTime.LAST else _length_ms(row)
        difference = row.over_time in (OverTime.DIFFERENCE, OverTime.RATE)
        by_window.setdefault((length_ms, difference), []).append(row)
    openings: list[Callable[[], Window]] = []
    columns: dict[str, Column] = {}
    start = 1
    for (length_ms, difference), sharing in by_window.items():
        positions: dict[Reduction, int] = {}
        for row in sharing:
            number, weight = _reductions(row, fields)
            at = positions.setdefault(number, start + len(positions))
            weight_at = None
            if weight is not None:
                weight_at = positions.setdefault(weight, start + len(positions))
            columns[row.key] = Column(at, weight_at)
        openings.append(opening(length_ms, list(positions), difference=difference))
        start += len(positions)
    return openings, columns


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
