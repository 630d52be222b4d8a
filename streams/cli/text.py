"""Text for a terminal: what sources wrote made harmless, columns that line up, spans in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from difflib import get_close_matches
from unicodedata import combining, east_asian_width
from zoneinfo import ZoneInfo

from streams.cli.errors import SpanError

UNKNOWN = "未知 unknown"
GAP = "  "
SPANS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))

SCENARIOS = "evening-storm, working-day, or another file of the site's folder `scenarios`"
"""help of an option that takes one"""

UNIT_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def harmless(text: str) -> str:
    """The text with everything escaped that could move the cursor or turn the reading order."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def shortened(text: str, longest: int) -> str:
    """The beginning of a long text."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def width(text: str) -> int:
    """Columns of a terminal: a Chinese character takes two."""
    return sum(0 if combining(c) else 1 + (east_asian_width(c) in "WF") for c in text)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Lines of a table, the head first; each column as wide as its widest cell."""
    grid = [tuple(head), *(tuple(map(harmless, row)) for row in rows)]
    widths = [max(map(width, column)) for column in zip(*grid, strict=True)]
    for row in grid:
        cells = [cell + " " * (w - width(cell)) for cell, w in zip(row, widths, strict=True)]
        yield GAP.join(cells).rstrip()


def span(milliseconds: float) -> str:
    """A duration by its largest whole unit: 45 s, 12 min, 3 h, 2 d."""
    seconds = max(0.0, milliseconds / 1000)
    size, unit = next((row for row in SPANS if seconds >= row[0]), SPANS[-1])
    return f"{seconds / size:.0f} {unit}"


def span_ms(text: str) -> int:
    """Milliseconds of 90s, 5m, 2h or 1d. Raises SpanError."""
    found = re.fullmatch(r"(\d+)([smhd])", text)
    if not found:
        raise SpanError(f"{text!r} is no duration")
    return int(found[1]) * UNIT_MS[found[2]]


def number(value: float) -> str:
    """Four significant digits, whole numbers in full, thousands apart."""
    if value == round(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def local_time(at_ms: int, timezone: str) -> str:
    """Date and time of day at the site."""
    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M:%S")


def meant(written: str, known: Iterable[str]) -> str:
    """`did you mean a, b?` for what is close to the written word, else an empty text."""
    close = get_close_matches(written, list(known), n=3, cutoff=0.5)
    return f"did you mean {', '.join(close)}?" if close else ""
