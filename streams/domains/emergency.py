"""Emergencies reported by the desks that handle them."""

from __future__ import annotations

from typing import Any

from schemas.kinds.emergency_report import EmergencyReport
from streams.domains.newest import Words, forget, keep_newest
from streams.fusion.measure import Accumulated, Context, RollUp

KIND = "emergency_report"


def fold(state: Words, record: EmergencyReport) -> Words:
    severity = record.severity if record.status == "open" else 0
    return keep_newest(state, f"{record.feed}/{record.report_id}", record, severity)


def _is_closed(report: list[Any]) -> bool:
    return not report[2]


def prune(state: Words, now_ms: int) -> Words:
    return forget(state, now_ms, _is_closed)


def open_reports(state: Words, _: Context) -> float:
    """Reports whose newest word is not that they are closed."""
    return float(sum(not _is_closed(report) for report in state.values()))


def worst_severity(state: Words, _: Context) -> float:
    """Highest severity among the open reports, 1 ordinary … 4 extra-serious; 0 without any."""
    return float(max((report[2] for report in state.values()), default=0))


ACCUMULATED = (
    Accumulated(
        key="emergency.open_reports",
        kind=KIND,
        start=dict,
        fold=fold,
        read=open_reports,
        prune=prune,
        unit="reports",
        title_zh="未结事件",
        title_en="Open emergencies",
        description="emergencies reported and not closed; silence closes none",
        coverage=False,
        roll_up=RollUp.SUM,
    ),
    Accumulated(
        key="emergency.worst_severity",
        kind=KIND,
        start=dict,
        fold=fold,
        read=worst_severity,
        prune=prune,
        unit="level",
        title_zh="最高事件等级",
        title_en="Worst emergency",
        description="0 none, 1 ordinary, 2 larger, 3 major, 4 extra-serious",
        coverage=False,
        roll_up=RollUp.MAXIMUM,
    ),
)
