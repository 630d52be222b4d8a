"""Emergencies and warnings: the newest word counts, and silence closes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from streams.domains import emergency, newest, warning
from streams.fusion.measure import Context

NewContext = Callable[..., Context]
NewRecord = Callable[..., Any]
NOW_MS = 1_784_118_600_000
MINUTE_MS = 60_000
HOUR_MS = 3_600_000


def test_emergencies_are_open_until_somebody_closes_them(
    new_context: NewContext, new_record: NewRecord
) -> None:
    words = [
        ("e1", 0, 2, "open"),
        ("e2", 1, 4, "open"),
        ("e2", 3, 4, "closed"),
        ("e2", 2, 3, "open"),
    ]
    state: dict[str, Any] = {}
    for report_id, minute, severity, status in words:
        record = new_record(
            "emergency_report",
            NOW_MS + minute * MINUTE_MS,
            report_id=report_id,
            severity=severity,
            status=status,
        )
        state = emergency.fold(state, record)
    assert emergency.open_reports(state, new_context()) == 1
    assert emergency.worst_severity(state, new_context()) == 2
    state = emergency.prune(state, NOW_MS + 72 * HOUR_MS)
    assert list(state) == ["feed.emergency_report/e1"]
    assert emergency.worst_severity({}, new_context()) == 0


def test_the_worst_warning_in_force(new_context: NewContext, new_record: NewRecord) -> None:
    def at(minutes: int) -> float:
        return warning.level(state, new_context(at_ms=NOW_MS + minutes * MINUTE_MS))

    def say(minute: int, warning_id: str, colour: str, status: str, expires: int | None) -> None:
        record = new_record(
            "authority_warning",
            NOW_MS + minute * MINUTE_MS,
            warning_id=warning_id,
            colour=colour,
            status=status,
            expires_at_ms=None if expires is None else NOW_MS + expires * MINUTE_MS,
        )
        warning.fold(state, record)

    state: dict[str, Any] = {}
    say(0, "rain", "blue", "issued", 180)
    assert at(1) == 1
    say(10, "rain", "orange", "updated", 180)
    say(11, "wind", "yellow", "issued", None)
    say(5, "rain", "red", "updated", 180)  # late: a newer word is known
    assert at(12) == 3
    assert at(180) == 2  # the rain warning has expired, the wind warning has no end
    say(200, "wind", "yellow", "lifted", None)
    assert at(201) == 0
    assert warning.prune(state, NOW_MS + 250 * MINUTE_MS).keys() == {"wind"}
    assert warning.prune(state, NOW_MS + 1000 * MINUTE_MS) == {}


def test_more_things_than_a_place_can_have_push_out_the_oldest(new_record: NewRecord) -> None:
    words: dict[str, list[Any]] = {}
    for number in range(newest.MOST_KEPT + 3):
        newest.keep_newest(words, f"e{number}", new_record("emergency_report", NOW_MS + number))
    kept = newest.forget(words, NOW_MS, lambda _: False)
    assert len(kept) == newest.MOST_KEPT
    assert not {"e0", "e1", "e2"} & set(kept)
