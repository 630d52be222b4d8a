"""Bars of a kept comparison: CPU µs an event and events a second, as an SVG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log10
from typing import Any
from xml.sax.saxutils import escape

WIDTH = 860
LEFT = 190
RIGHT = 150
BAR = 18
STEP = 26
GAP = 64
TOP = 62
OURS_COLOUR = "#0b7285"
PEER_COLOUR = "#adb5bd"
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#212529}"
    ".title{font-size:15px;font-weight:600}.small{font-size:12px;fill:#495057}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One figure of all rows. The scale is logarithmic: Faust is two decades away from the rest."""

    figure: str
    title: str
    least: float
    text: str


PANELS = (
    Panel(
        figure="cpu_us_per_event",
        title="CPU µs an event (less is better)",
        least=1.0,
        text="{:.2f}",
    ),
    Panel(
        figure="events_per_s",
        title="events a second (more is better)",
        least=5000.0,
        text="{:,.0f}",
    ),
)


def bars(result: Mapping[str, Any]) -> str:
    """The picture of a result as `result.save` keeps it; lines over the bars span all its runs."""
    rows: Sequence[Mapping[str, Any]] = result["rows"]
    panel_height = len(rows) * STEP + GAP
    height = TOP + len(PANELS) * panel_height
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        "<title>hubwatch and its peers over the same topic</title>",
        f"<style>{STYLE}</style>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        _text(16, 26, "Stage A on the same topic; logarithmic scales", "title"),
        _text(16, 46, _caption(result), "small"),
    ]
    for number, panel in enumerate(PANELS):
        lines += _panel(panel, rows, TOP + number * panel_height)
    return "\n".join([*lines, "</svg>", ""])


def _caption(result: Mapping[str, Any]) -> str:
    hardware = result["hardware"]
    runs = max(row["runs"] for row in result["rows"])
    records = max(row["records"] for row in result["rows"])
    return (
        f"median of {runs} runs over up to {records:,} records, {hardware['cores']} cores"
        f" that also carry the broker, {result['date']}"
    )


def _panel(panel: Panel, rows: Sequence[Mapping[str, Any]], top: int) -> Iterator[str]:
    yield _text(16, top + 24, panel.title, "title")
    most = max(row[f"{panel.figure}_spread"][1] for row in rows)

    def along(value: float) -> float:
        share = log10(max(value, panel.least) / panel.least) / log10(most / panel.least)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    for number, row in enumerate(rows):
        y = top + 36 + number * STEP
        least, end = (along(value) for value in row[f"{panel.figure}_spread"])
        middle = along(row[panel.figure])
        colour = OURS_COLOUR if row["engine"] == "hubwatch" else PEER_COLOUR
        yield _text(16, y + 14, _name(row), "")
        box = f'x="{LEFT}" y="{y}" width="{middle - LEFT:.1f}" height="{BAR}"'
        yield f'<rect {box} fill="{colour}"/>'
        yield f'<path d="M{least} {y + BAR / 2}H{end}" stroke="#212529" stroke-width="2"/>'
        yield _text(end + 8, y + 14, panel.text.format(row[panel.figure]), "")


def _name(row: Mapping[str, Any]) -> str:
    return row["engine"] if row["stage"] == "a" else f"{row['engine']}, whole {row['stage']}"


def _text(x: float, y: float, words: str, style: str) -> str:
    return f'<text x="{x}" y="{y}" class="{style}">{escape(words)}</text>'
