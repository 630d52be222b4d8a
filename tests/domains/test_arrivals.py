"""Arrivals: who comes within the half hour, how late, and when the timetable cannot be trusted."""

from __future__ import annotations

from collections.abc import Callable
from math import fsum
from typing import Any

import pytest

from streams.domains import arrivals, timetable
from streams.fusion.measure import Context

NewContext = Callable[..., Context]
NewRecord = Callable[..., Any]
NOW_MS = 1_784_118_600_000
MINUTE_MS = 60_000
STEP_MS = 5 * MINUTE_MS


@pytest.fixture
def known(new_record: NewRecord) -> Callable[..., timetable.State]:
    """`known((name, minutes until due, changes), …)`: heard now, scheduled as due."""

    def fold(*services: tuple[str, int, dict[str, Any]]) -> timetable.State:
        state = timetable.start()
        for service, minutes, changes in services:
            due_ms = NOW_MS + minutes * MINUTE_MS
            facts = {
                "status": "airborne",
                "scheduled_at_ms": due_ms,
                "estimated_at_ms": due_ms,
                "passengers": 100,
                **changes,
            }
            record = new_record("arrival", NOW_MS, source=service, service=service, **facts)
            state = timetable.fold(state, record)
        return state

    return fold


def test_declared_and_imputed_passengers_within_the_half_hour(
    known: Callable[..., timetable.State], new_context: NewContext
) -> None:
    state = known(
        ("CA1", 0, {"passengers": 150}),
        ("CA2", 29, {"passengers": None, "capacity_persons": 200}),  # 200 × 0.83
        ("G3", 12, {"mode": "rail", "passengers": None, "capacity_persons": None}),  # 1,193 × 0.6
        ("CA4", 30, {"passengers": 999}),  # after the half hour
        ("CA5", -1, {"passengers": 999}),  # before it
        ("CA6", 10, {"passengers": 999, "status": "cancelled"}),
        ("CA7", 10, {"passengers": 999, "status": "diverted"}),
    )
    context = new_context()
    assert arrivals.expected_passengers(state, context) == pytest.approx(150 + 166 + 715.8)
    assert arrivals.imputed_ratio(state, context) == pytest.approx(881.8 / 1031.8)
    without_prior = new_context(without=("arrivals.rail.load_low",))
    assert arrivals.expected_passengers(state, without_prior) is None
    assert arrivals.imputed_ratio(state, without_prior) is None
    assert timetable.profile(state, without_prior) == ()


def test_nobody_expected_is_zero_not_unknown(
    known: Callable[..., timetable.State], new_context: NewContext
) -> None:
    state = known(("CA1", 300, {}))
    assert arrivals.expected_passengers(state, new_context()) == 0
    assert arrivals.imputed_ratio(state, new_context()) == 0
    assert arrivals.delayed_ratio(state, new_context()) == 0
    assert arrivals.mean_delay(state, new_context()) == 0


def test_the_profile_reaches_from_an_hour_back_to_90_minutes_ahead(
    known: Callable[..., timetable.State], new_context: NewContext
) -> None:
    state = known(
        ("CA1", -58, {"status": "arrived", "passengers": 80}),
        ("CA2", 7, {"passengers": None, "capacity_persons": 100}),
        ("CA3", 9, {"passengers": 50}),
        ("CA4", 8, {"status": "cancelled"}),
        ("CA5", 89, {"passengers": 10}),
        ("CA6", 95, {"scheduled_at_ms": NOW_MS, "passengers": 70}),  # beyond all bins
    )
    at_ms = NOW_MS + 2 * MINUTE_MS
    bins = timetable.profile(state, new_context(at_ms=at_ms))
    starts = [each.start_ms for each in bins]
    assert starts == list(range(NOW_MS - 12 * STEP_MS, at_ms + 90 * MINUTE_MS, STEP_MS))
    filled = {(each.start_ms - NOW_MS) // MINUTE_MS: each for each in bins if each.services}
    assert filled.keys() == {-60, 5, 85}
    assert filled[5].services == 2
    assert filled[5].passengers == pytest.approx(133)
    assert filled[5].imputed_passengers == pytest.approx(83)
    assert filled[5].passengers_low == pytest.approx(65 + 50)
    assert filled[5].passengers_high == pytest.approx(96 + 50)
    assert fsum(each.passengers for each in bins) == pytest.approx(80 + 133 + 10)


def test_delays_by_hand(known: Callable[..., timetable.State], new_context: NewContext) -> None:
    def late(minutes: int) -> dict[str, Any]:
        return {"estimated_at_ms": NOW_MS + minutes * MINUTE_MS}

    state = known(
        ("CA1", 0, late(15)),  # late from 15 min on
        ("CA2", 0, late(14)),
        ("CA3", 20, late(10)),  # early counts as on time
        ("G4", 0, {"mode": "rail", **late(5)}),  # late from 5 min on
        ("CA5", -120, late(240)),  # due two hours ago, not yet here
        ("CA6", 0, {"status": "cancelled", **late(300)}),
        ("CA7", 200, late(230)),  # not in play yet
    )
    context = new_context()
    assert arrivals.delayed_ratio(state, context) == pytest.approx(3 / 5)
    assert arrivals.mean_delay(state, context) == pytest.approx((15 + 14 + 0 + 5 + 360) / 5)
    no_limit = new_context(without=("arrivals.rail.late",))
    assert arrivals.delayed_ratio(state, no_limit) is None


def test_a_service_that_should_be_here_and_no_word_since_means_silence(
    known: Callable[..., timetable.State], new_context: NewContext, new_record: NewRecord
) -> None:
    state = known(("CA1", 10, {}), ("CA2", 40, {}))

    def read(minutes: int) -> tuple[Any, ...]:
        context = new_context(at_ms=NOW_MS + minutes * MINUTE_MS)
        rows = [row.read(state, context) for row in arrivals.ACCUMULATED]
        return (*rows, timetable.profile(state, context))

    assert None not in read(29)
    assert read(30) == (None, None, None, None, ())
    other = {"service": "CA3", "estimated_at_ms": NOW_MS + 50 * MINUTE_MS}
    state = timetable.fold(state, new_record("arrival", NOW_MS + 30 * MINUTE_MS, **other))
    assert None not in read(30)  # somebody speaks, so CA1 is late, not unknown


def test_a_timetable_nobody_has_spoken_of_for_a_day_is_unknown(
    known: Callable[..., timetable.State], new_context: NewContext
) -> None:
    state = known(("CA1", 0, {"status": "arrived"}))
    day = 24 * 60 * MINUTE_MS
    assert arrivals.expected_passengers(state, new_context(at_ms=NOW_MS + day)) == 0
    assert arrivals.expected_passengers(state, new_context(at_ms=NOW_MS + day + 1)) is None
    unruled = new_context(without=("arrivals.silence",))
    assert arrivals.expected_passengers(state, unruled) is None


def test_services_are_forgotten_when_over(known: Callable[..., timetable.State]) -> None:
    state = known(("CA1", 0, {"status": "arrived"}), ("CA2", 0, {}), ("CA3", 600, {}))
    names = ["air/CA1", "air/CA2", "air/CA3"]
    for minutes, left in [(120, names), (121, names[1:]), (1440, names[1:]), (2041, [])]:
        state = timetable.prune(state, NOW_MS + minutes * MINUTE_MS)
        assert [key.rpartition("/")[0] for key in state["services"]] == left
