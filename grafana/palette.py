"""The colours of all boards, and what they mean. Normal is quiet; unknown is grey, never green."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

NORMAL = "#1d5c4b"
"""a dark green: a wall of normal tiles must not shine"""
NORMAL_LINE = "#4fb894"
"""the same as a line or a letter"""
BLUE = "#2f6fdb"
YELLOW = "#e8b90c"
ORANGE = "#f0760b"
RED = "#d92d3a"
UNKNOWN = "#767d88"
SUSPECT = "#8f6ad6"
QUIET = "#2a2e36"
"""background of a tile that has no state, or of a count of nothing"""
TEXT = "#c7cdd6"

LEVELS = (NORMAL, BLUE, YELLOW, ORANGE, RED)
"""by alert level 0 to 4, as authorities colour their warnings"""
SERIES = (
    "#5aa9e6",
    "#f2a65a",
    "#7bd389",
    "#c792ea",
    "#f27d9b",
    "#63d2c6",
    "#d9c75a",
    "#9aa5ff",
    "#e08e79",
    "#8fb996",
    "#b5bec9",
    "#6f9bd1",
)
"""lines of places that have no state of their own"""

FRESHNESS: Mapping[str, str] = {
    "fresh": "#3d9977",
    "late": "#d9a92b",
    "silent": UNKNOWN,
    "frozen": "#56b9dd",
    "skewed": SUSPECT,
    "maintenance": "#8a6d4b",
}
"""the six words of a source, six colours"""


@dataclass(frozen=True, slots=True)
class Step:
    """From this number on, this colour. The first of a scale starts at None: from below."""

    start: float | None
    colour: str


Scale = tuple[Step, ...]

STATELESS: Scale = (Step(None, TEXT),)
STATELESS_TILE: Scale = (Step(None, QUIET),)


def rising(starts: Sequence[float | None], colours: Sequence[str] = LEVELS) -> Scale:
    """Bad when high: `starts` are those of levels 1, 2, …; None leaves a level out."""
    steps = zip(starts, colours[1:], strict=False)
    return (Step(None, colours[0]), *(Step(at, colour) for at, colour in steps if at is not None))


def falling(ends: Sequence[float], colours: Sequence[str] = LEVELS) -> Scale:
    """Bad when low: below ends[0] level 1, below ends[1] level 2, …; the ends fall."""
    better = [Step(end, colours[level]) for level, end in enumerate(ends)]
    return (Step(None, colours[len(ends)]), *reversed(better))
