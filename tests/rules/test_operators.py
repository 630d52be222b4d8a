"""Absence, which the clock drives, and rates."""

from __future__ import annotations

from itertools import combinations
from statistics import median
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.alert import Alert
from schemas.value import Value
from streams.rules.ladder import Ladder, LadderState
from streams.rules.reading import POINTS_KEPT, slope_per_minute, with_point
from streams.rules.rule import Operator

from .pond import CADENCE_MS, PLACE, SITE, at, new_ladder, new_rule, new_value

FOR_SECONDS = 60
STEPS = ((1, 0.5, 0.3, FOR_SECONDS, 20), (2, 1.0, 0.6, FOR_SECONDS, 20))


def absence(*steps: tuple[float, float, float, float, float], **changes: Any) -> Ladder:
    return new_ladder(*(steps or STEPS), operator=Operator.ABSENCE, **changes)


def heard(seconds: float, count: int, of: int = 4) -> Value:
    """A value of which so many sources are fresh; unknown with less than half."""
    known = 2 * count >= of
    return new_value(seconds, 3.0 if known else None, heard=count, expected=of)


def watch(ladder: Ladder, state: LadderState, seconds: range) -> list[Alert]:
    """Lets the clock tick."""
    return [alert for now in seconds for alert in ladder.tick(state, at(now))]


@given(
    st.lists(st.integers(1, 299), max_size=60),
    st.sampled_from([(0,), (1, 0), (2, 1, 0)]),
    st.integers(21, 200),
)
def test_silence_has_one_onset_however_the_clock_ticks(
    pauses: list[int], stages: tuple[int, ...], noticed: int
) -> None:
    """5τ after the newest value, whenever it is noticed and by however many evaluations."""
    ladder, state = absence(), LadderState()
    for second in range(0, 100, 10):
        ladder.step(state, heard(second, 4), at(second))
    now = 90 + noticed
    alerts: list[Alert] = []
    for count in stages:
        alerts += ladder.step(state, heard(90, count), at(now))
    for pause in (*pauses, 299):
        now += pause
        alerts += ladder.tick(state, at(now))
    onset = at(90) + 5 * CADENCE_MS
    (alert,) = alerts
    assert (alert.state, alert.level, alert.value) == ("raised", 2, 1.0)
    assert (alert.onset_ms, alert.observed_at_ms) == (onset, at(90))
    assert alert.detected_at_ms >= onset + FOR_SECONDS * 1000


def test_absence_is_known_when_the_value_is_not() -> None:
    ladder, state = absence(), LadderState()
    ladder.step(state, heard(0, 4), at(0))
    ladder.step(state, heard(0, 1), at(20))
    (raised,) = watch(ladder, state, range(30, 300, 10))
    assert (raised.level, raised.value, raised.unit) == (1, 0.75, "cm")
    assert not raised.suspect
    assert watch(ladder, state, range(300, 3000, 10)) == []
    ladder.step(state, heard(3000, 4), at(3000))
    (cleared,) = watch(ladder, state, range(3010, 3100, 10))
    assert (cleared.state, cleared.detected_at_ms) == ("cleared", at(3020))


def test_a_source_that_comes_back_in_time_was_only_late() -> None:
    ladder, state = absence(), LadderState()
    ladder.step(state, heard(0, 4), at(0))
    ladder.step(state, heard(0, 0), at(21))
    assert watch(ladder, state, range(30, 100, 10)) == []
    ladder.step(state, heard(100, 4), at(100))
    assert watch(ladder, state, range(100, 1000, 10)) == []
    assert not state.awake


def test_what_was_never_heard_was_not_lost() -> None:
    ladder, state = absence(), LadderState()
    for seconds in range(0, 1000, 10):
        assert ladder.step(state, heard(seconds, 0), at(seconds)) == ()
    assert not state.awake


def test_nothing_is_missing_where_nothing_is_expected() -> None:
    """A place in maintenance ends its blindness; the silence after it is another one."""
    ladder, state = absence(), LadderState()
    ladder.step(state, heard(0, 4), at(0))
    ladder.step(state, heard(0, 0), at(21))
    (raised,) = watch(ladder, state, range(30, 300, 10))
    ladder.step(state, heard(0, 0, of=0), at(300))
    (cleared,) = watch(ladder, state, range(310, 400, 10))
    assert (cleared.id, cleared.state) == (raised.id, "cleared")
    ladder.step(state, heard(0, 0), at(400))
    (again,) = watch(ladder, state, range(410, 600, 10))
    assert again.id != raised.id
    assert again.onset_ms == at(400)


def test_a_platform_that_was_down_has_seen_no_silence() -> None:
    ladder, state = absence(), LadderState()
    ladder.step(state, heard(0, 4), at(0))
    ladder.step(state, heard(0, 0), at(21))
    assert ladder.tick(state, at(1000)) == ()
    (raised,) = watch(ladder, state, range(1010, 1200, 10))
    assert raised.detected_at_ms == at(1060)
    assert raised.onset_ms == at(50)


def test_a_changed_absence_rule_takes_over_by_the_clock() -> None:
    later = new_rule((1, 0.25, 0.2, 30, 20), operator=Operator.ABSENCE, valid_from_ms=at(500))
    now = new_rule((1, 1.0, 0.6, 30, 20), operator=Operator.ABSENCE)
    ladder, state = Ladder(now, PLACE, SITE, Ladder(later, PLACE, SITE)), LadderState()
    ladder.step(state, heard(0, 4), at(0))
    assert ladder.step(state, heard(0, 2), at(30)) == ()
    assert ladder.step(state, heard(0, 2), at(500)) == ()
    (raised,) = watch(ladder, state, range(500, 540, 10))
    assert raised.detected_at_ms == at(530)


Points = list[tuple[int, float]]


@given(
    st.lists(
        st.tuples(st.integers(0, 3_600_000), st.floats(-1e4, 1e4)),
        max_size=30,
        unique_by=lambda p: p[0],
    )
)
def test_the_slope_is_the_median_of_all_slopes(points: Points) -> None:
    points.sort()
    found = slope_per_minute(points, 3)
    if len(points) < 3:
        assert found is None
    else:
        slopes = [(b - a) / (t - s) * 60_000 for (s, a), (t, b) in combinations(points, 2)]
        assert found == pytest.approx(median(slopes))


@given(st.lists(st.integers(1, 120), max_size=300), st.integers(1, 900))
def test_points_are_few_recent_and_the_same_however_they_come(
    pauses: list[int], window: int
) -> None:
    kept: tuple[tuple[int, float], ...] = ()
    twice: tuple[tuple[int, float], ...] = ()
    now_ms = 0
    for pause in pauses:
        now_ms += pause * 1000
        point = (now_ms, float(pause))
        kept = with_point(kept, point, window * 1000)
        for revised in ((now_ms, -1.0), point, point):
            twice = with_point(twice, revised, window * 1000)
        assert kept == twice
        assert kept[-1] == point
        assert len(kept) <= POINTS_KEPT + 1
        assert all(now_ms - at_ms < window * 1000 for at_ms, _ in kept)
        assert with_point(kept, (now_ms - 1, 5.0), window * 1000) == kept


def test_a_rate_rises_whatever_one_wild_value_says() -> None:
    ladder = new_ladder(
        (1, 6.0, 2.0, 30, 30), operator=Operator.RATE, window_seconds=120, minimum_points=5
    )
    state = LadderState()
    alerts: list[Alert] = []
    for index in range(40):
        level = 10.0 + min(index, 20)  # 6 cm/min for 200 s, then still
        seen = -500.0 if index == 7 else level
        alerts += ladder.step(state, new_value(10 * index, seen), at(10 * index))
    raised, *_, cleared = alerts
    # five points at 40 s, thirty seconds of them
    assert (raised.state, raised.detected_at_ms, raised.value) == ("raised", at(70), 6.0)
    assert raised.onset_ms == at(40)
    assert cleared.state == "cleared"


def test_a_rate_of_too_few_points_is_unknown() -> None:
    ladder = new_ladder(
        (1, 6.0, 2.0, 0, 30), operator=Operator.RATE, window_seconds=60, minimum_points=3
    )
    state = LadderState()
    for second in range(0, 60, 10):
        ladder.step(state, new_value(second, second / 5), at(second))
    assert state.level == 1
    ladder.step(state, new_value(70, None), at(70))
    assert state.frozen
    assert ladder.step(state, new_value(300, 100.0), at(300))[0].state == "unknown"
