"""Single properties of ladders, and what the machine does not draw."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.alert import Alert
from streams.rules.ladder import Ladder, LadderState
from streams.rules.wording import Shown

from .pond import PLACE, SITE, at, new_ladder, new_rule, new_value


def run(
    ladder: Ladder, values: list[float | None], state: LadderState | None = None, start: float = 0
) -> list[Alert]:
    """Steps the ladder every ten seconds, the clock at the instant of each value."""
    state = state or LadderState()
    found: list[Alert] = []
    for index, number in enumerate(values):
        seconds = start + 10 * index
        found += ladder.step(state, new_value(seconds, number), at(seconds))
    return found


def test_an_alert_says_what_happened() -> None:
    ladder = new_ladder((1, 5, 3, 20, 10), (3, 25, 20, 0, 10))
    alert, *later = run(ladder, [0, 6, 6, 6, 30])
    assert (alert.state, alert.level, alert.version) == ("raised", 1, 1)
    assert (alert.value, alert.threshold, alert.unit) == (6, 5, "cm")
    assert (alert.onset_ms, alert.observed_at_ms, alert.detected_at_ms) == (at(10), at(30), at(30))
    assert (alert.text_zh, alert.text_en) == ("池积水 6.0 厘米", "Pond: 6.0 cm of water")
    assert (alert.measure, alert.clause, alert.audience) == (
        "water.ponding_cm",
        "ours",
        ("operations",),
    )
    assert alert.contributors == ("gauge",)
    assert [(a.id, a.level, a.level_peak, a.why) for a in later] == [(alert.id, 3, 3, "enter")]


def test_the_end_is_told_with_the_threshold_that_ended_it() -> None:
    *_, cleared = run(new_ladder((2, 5, 3, 0, 20)), [6, 2, 2, 2])
    assert (cleared.state, cleared.level, cleared.level_peak, cleared.threshold) == (
        "cleared",
        0,
        2,
        3,
    )
    assert (cleared.text_zh, cleared.text_en) == ("池：积水解除", "Pond: Ponding is over")


def test_doubt_is_told_in_words_and_a_lower_bound_as_such() -> None:
    ladder = new_ladder((1, 5, 3, 0, 0))
    value = new_value(0, 6, status="suspect", at_least=True, reason="coverage", simulated=True)
    (alert,) = ladder.step(LadderState(), value, at(0))
    assert alert.suspect
    assert alert.simulated
    assert alert.text_zh == "池积水 ≥6.0 厘米（数据存疑）"
    assert alert.text_en == "Pond: ≥6.0 cm of water (doubtful data)"


def test_a_level_that_is_only_held_says_so() -> None:
    """Its words were written for a value beyond the threshold."""
    ladder, state = new_ladder((1, 5, 3, 0, 60)), LadderState()
    (raised,) = run(ladder, [6, None], state)
    ladder.tick(state, at(130))
    (resumed,) = run(ladder, [4], state, start=200)
    assert (raised.text_en, resumed.why) == ("Pond: 6.0 cm of water", "resumed")
    assert resumed.text_zh == "池积水 4.0 厘米（已回到阈值以内，确认后降级或解除）"
    assert resumed.text_en == "Pond: 4.0 cm of water (back within it, held until confirmed)"


def test_an_alert_without_data_keeps_its_level_and_says_so_once() -> None:
    ladder, state = new_ladder((2, 5, 3, 0, 10)), LadderState()
    run(ladder, [6, None], state)
    assert state.frozen
    assert ladder.tick(state, at(129.9)) == ()
    (alert,) = ladder.tick(state, at(130))
    assert (alert.state, alert.level, alert.value, alert.why) == ("unknown", 2, None, "unknown")
    assert alert.text_en.endswith("(no data any more, level held)")
    assert ladder.tick(state, at(10_000)) == ()
    assert run(ladder, [None] * 400, state, start=10_000) == []
    (resumed,) = run(ladder, [6], state, start=20_000)
    assert (resumed.state, resumed.why, resumed.onset_ms) == ("changed", "resumed", at(0))


def test_a_value_of_long_ago_raises_nothing_until_one_of_now_confirms() -> None:
    ladder, state = new_ladder((1, 5, 3, 20, 10)), LadderState()
    backlog = [ladder.step(state, new_value(s, 9), at(3600)) for s in range(0, 3300, 10)]
    assert not any(backlog)
    (alert,) = run(ladder, [9], state, start=3300)
    assert alert.onset_ms == at(0)
    assert alert.late


def test_a_value_of_long_ago_that_passed_leaves_no_alert() -> None:
    ladder, state = new_ladder((1, 5, 3, 20, 10)), LadderState()
    backlog = [ladder.step(state, new_value(s, 9), at(3600)) for s in range(0, 600, 10)]
    assert not any(backlog)
    assert run(ladder, [1, 1, 9], state, start=600) == []


def test_a_value_on_its_ordinary_way_is_not_late() -> None:
    ladder = new_ladder((1, 5, 3, 0, 10), lateness_seconds=60)
    (alert,) = ladder.step(LadderState(), new_value(0, 9), at(59))
    assert not alert.late


@given(st.lists(st.booleans(), min_size=60, max_size=400))
def test_a_chattering_ladder_slows_down(swings: list[bool]) -> None:
    hold = 60
    ladder = new_ladder((1, 5, 3, 0, hold))
    found = run(ladder, [9.0 if high else 0.0 for high in swings for _ in range(3)])
    moves = [alert for alert in found if alert.why in {"enter", "exit"}]
    for alert in moves:
        within = [m for m in moves if 0 <= alert.observed_at_ms - m.observed_at_ms <= 900_000]
        assert alert.chattering or len(within) <= 4
    flagged = [alert.observed_at_ms for alert in moves if alert.chattering]
    ends = [a.observed_at_ms for a in moves if a.chattering and a.state == "cleared"]
    if flagged:
        # each end takes its doubled hold, so half an hour holds so many at most
        assert len([ms for ms in ends if ms - flagged[0] <= 1_800_000]) <= 1_800 / (2 * hold)


def test_who_has_calmed_down_does_not_chatter_when_its_value_is_lost() -> None:
    ladder, state = new_ladder((1, 5, 3, 0, 0)), LadderState()
    chattering = run(ladder, [9, 0, 9, 0, 9], state)[-1]
    assert chattering.chattering
    assert run(ladder, [9] * 200, state, start=50) == []
    ladder.step(state, new_value(2050, None), at(2050))
    (lost,) = ladder.tick(state, at(2050 + 120))
    assert (lost.why, lost.chattering) == ("unknown", False)


@given(st.lists(st.floats(-20, 20), min_size=1, max_size=60))
def test_falling_is_rising_upside_down(numbers: list[float]) -> None:
    rising = new_ladder((1, 5, 3, 10, 20), (3, 9, 7, 0, 10))
    falling = new_ladder((1, -5, -3, 10, 20), (3, -9, -7, 0, 10), rising=False)
    assert [(a.id, a.level, a.state) for a in run(rising, list(numbers))] == [
        (a.id, a.level, a.state) for a in run(falling, [-number for number in numbers])
    ]


def test_a_changed_rule_takes_over_at_its_day() -> None:
    later = new_rule((1, 8, 6, 0, 10), (2, 9, 8, 0, 10), valid_from_ms=at(100))
    successor = Ladder(later, PLACE, SITE)
    ladder = Ladder(new_rule((1, 5, 3, 0, 30), (3, 7, 6, 0, 30)), PLACE, SITE, successor)
    state = LadderState()
    raised, told, cleared = run(ladder, [8.5] * 15 + [0, 0], state)
    assert (raised.level, raised.onset_ms) == (3, at(0))
    # level 3 is no more: the alert goes on at the next lower one
    assert (told.id, told.why, told.level, told.observed_at_ms) == (raised.id, "rule", 2, at(100))
    assert (cleared.state, cleared.observed_at_ms) == ("cleared", at(160))


def test_a_changed_rule_says_nothing_where_nothing_is_open() -> None:
    successor = Ladder(new_rule((1, 6, 3, 0, 10), valid_from_ms=at(15)), PLACE, SITE)
    ladder = Ladder(new_rule((1, 5, 3, 100, 10)), PLACE, SITE, successor)
    (alert,) = run(ladder, [7, 7, 7])
    assert (alert.why, alert.onset_ms) == ("enter", at(20))


def test_a_rule_of_the_future_is_not_in_force() -> None:
    ladder = new_ladder((1, 5, 3, 0, 10), valid_from_ms=at(100))
    (alert,) = run(ladder, [9] * 12)
    assert alert.onset_ms == at(100)


def test_new_words_are_no_new_rule() -> None:
    state = LadderState()
    run(new_ladder((1, 5, 3, 0, 10)), [9], state)
    assert run(new_ladder((1, 5, 3, 0, 10), text_en="{value}"), [9], state, start=10) == []


def test_a_place_with_a_pace_of_its_own() -> None:
    ladder = new_ladder((1, 5, 3, 60, 10), cadence_by_place={"pond": 60.0})
    state = LadderState()
    ladder.step(state, new_value(0, 9), at(0))
    assert ladder.step(state, new_value(120, 9), at(120))


@pytest.mark.parametrize(
    ("number", "spec", "shown"),
    [(12.3456, "", "12.35"), (123456.7, "", "123457"), (0.256, ".0%", "26%")],
)
def test_numbers_as_texts_show_them(number: float, spec: str, shown: str) -> None:
    assert format(Shown(number), spec) == shown
