"""What stage A keeps; plain dictionaries. Standard library only, see `task`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MINUTE_MS = 60_000

Newest = tuple[int, float]
"""Of a source: when it observed last (Unix ms), and what."""
Window = list[float]
"""Of a place in a minute of event time: records, sum and maximum of their values."""
Told = Mapping[str, list[int]]
"""A state as it is compared, by `source` or by `place@minute`; values in thousandths."""


@dataclass(frozen=True, slots=True)
class State:
    """`windows` are by minute, then by place: neighbouring records are of the same minute."""

    newest: dict[str, Newest] = field(default_factory=dict)
    windows: dict[int, dict[str, Window]] = field(default_factory=dict)

    def add(self, source: str, place: str, value: float, at_ms: int) -> None:
        before = self.newest.get(source)
        if before is None or at_ms >= before[0]:
            self.newest[source] = (at_ms, value)
        window = self.windows.setdefault(at_ms // MINUTE_MS, {}).setdefault(place, [0, 0.0, 0.0])
        window[0] += 1
        window[1] += value
        window[2] = max(window[2], value)

    def told(self) -> Told:
        """Whole numbers, so that engines agree to the digit."""
        sources = {
            source: [at_ms, round(value * 1000)] for source, (at_ms, value) in self.newest.items()
        }
        windows = {
            f"{place}@{minute}": [round(count), round(total * 1000), round(most * 1000)]
            for minute, places in self.windows.items()
            for place, (count, total, most) in places.items()
        }
        return sources | windows
