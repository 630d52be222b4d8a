"""A comparison as rows of JSON and as a table of ratios."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from streams.bench.peers.compare import Comparison, Row

OURS = "hubwatch"
HEAD = ("engine", "stage", "events/s", "× ours", "CPU µs an event", "× ours", "MB")


def rows(comparison: Comparison) -> list[Mapping[str, Any]]:
    """Medians, and the least and the most of the runs; `runs` is how many there were."""
    return [
        {
            "engine": row.engine.name,
            "stage": row.engine.stage,
            "events_per_s": round(row.events_per_s),
            "cpu_us_per_event": round(row.cpu_us_per_event, 2),
            "rss_mb": round(row.rss_mb),
            "runs": len(row.runs),
            "records": row.records,
            "events_per_s_spread": _spread([run.events_per_s for run in row.runs], 0),
            "cpu_us_per_event_spread": _spread([run.cpu_us_per_event for run in row.runs], 2),
        }
        for row in comparison.rows
    ]


def _spread(figures: Sequence[float], digits: int) -> list[float]:
    return [round(min(figures), digits or None), round(max(figures), digits or None)]


def table(comparison: Comparison) -> Iterator[str]:
    """One line an engine; ratios are to our stage A in the same round, least to most."""
    cells = [HEAD, *(_cells(row, _ours(comparison)) for row in comparison.rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        left = [cell.ljust(width) for cell, width in zip(line[:2], widths[:2], strict=True)]
        right = [cell.rjust(width) for cell, width in zip(line[2:], widths[2:], strict=True)]
        yield "  ".join([*left, *right])
    for row in comparison.rows:
        if row.records < max(each.records for each in comparison.rows):
            yield f"{row.engine.key}: the first {row.records:,} records of the topic"
    for key, reason in comparison.left_out.items():
        yield f"{key} is left out: {reason}"


def _ours(comparison: Comparison) -> Row | None:
    return next((row for row in comparison.rows if row.engine.key == OURS), None)


def _cells(row: Row, ours: Row | None) -> tuple[str, ...]:
    rates = [run.events_per_s for run in row.runs]
    costs = [run.cpu_us_per_event for run in row.runs]
    return (
        row.engine.name,
        row.engine.stage,
        f"{row.events_per_s:,.0f}",
        _ratios(rates, [run.events_per_s for run in ours.runs]) if ours else "",
        f"{row.cpu_us_per_event:.2f}",
        _ratios(costs, [run.cpu_us_per_event for run in ours.runs]) if ours else "",
        f"{row.rss_mb:.0f}",
    )


def _ratios(figures: Sequence[float], ours: Sequence[float]) -> str:
    ratios = [figure / our for figure, our in zip(figures, ours, strict=True)]
    return f"{min(ratios):.2f}–{max(ratios):.2f}"
