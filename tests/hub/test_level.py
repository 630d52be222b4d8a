"""The operating level: up at once, down after a time, never down by silence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.value import Value
from streams.hub.criteria import NORMAL, Criterion, Operating
from streams.hub.level import hold, operating_level
from streams.hub.picture import OperatingLevel
from streams.hub.state import CriterionMemory
from tests.hub.conftest import MINUTE_MS, NOW_MS, number

HOLD_MS = 15 * MINUTE_MS
LEVELS = [
    {"level": 2, "at": 10, "impact_zh": "二", "impact_en": "two"},
    {"level": 4, "at": 50, "impact_zh": "四", "impact_en": "four"},
]


def criterion(key: str, **changes: Any) -> dict[str, Any]:
    return {
        "key": key,
        "title_zh": key,
        "title_en": key,
        "measure": f"test.{key}",
        "places": ["*"],
        "source": "test",
        "confidence": "ours",
        "levels": LEVELS,
        **changes,
    }


class Watch:
    """An operating level over time; `see` gives the values of criterion a at places p, q, …"""

    def __init__(self, **changes: Any) -> None:
        rows = [criterion("a", **changes), criterion("b")]
        self.operating = Operating.model_validate({"hold_minutes": 15, "criteria": rows})
        self.memory: dict[str, CriterionMemory] = {}

    def see(
        self, minute: float, *values: float | None, b: float = 0, size: float | None = None
    ) -> OperatingLevel:
        told = {("b", "test.b"): number("test.b", b), ("p", "test.size"): number("test.size", size)}
        for place, value in zip("pqrs", values, strict=False):
            told[place, "test.a"] = number("test.a", value, decided_by=f"{place}.below")
            told[f"{place}.below", "test.a"] = number("test.a", value)

        def read(place: str, measure: str) -> Value:
            return told.get((place, measure)) or number(measure, None)

        places = {"a": list("pqrs"[: len(values)]), "b": ["b"]}
        now_ms = NOW_MS + int(minute * MINUTE_MS)
        return operating_level(self.operating, places, read, self.memory, now_ms)


def test_up_at_once_and_down_after_fifteen_minutes() -> None:
    watch = Watch()
    assert [watch.see(minute, value).level for minute, value in ((0, 5), (1, 10), (2, 60))] == [
        1,
        2,
        4,
    ]
    falling = [watch.see(minute, 0).level for minute in (3, 10, 16.9, 17, 40)]
    assert falling == [4, 4, 4, 1, 1]


def test_a_lower_level_shows_once_the_higher_one_is_old() -> None:
    watch = Watch()
    watch.see(0, 60)
    levels = [watch.see(minute, 12).level for minute in range(1, 21)]
    assert levels == [4] * 14 + [2] * 6


def test_what_nobody_looked_at_does_not_count_as_calm() -> None:
    watch = Watch()
    assert watch.see(0, 60).level == 4
    after_an_outage = [watch.see(minute, 0).level for minute in (120, 127, 134.9, 135)]
    assert after_an_outage == [4, 4, 4, 1]


@given(st.lists(st.tuples(st.integers(0, 600), st.integers(1, 5)), min_size=1, max_size=40))
def test_the_level_is_the_highest_of_the_last_fifteen_minutes(
    seen: Sequence[tuple[int, int]],
) -> None:
    memory, now_ms, history = CriterionMemory(seen=[]), NOW_MS, []
    for seconds, level in seen:
        now_ms += seconds * 1000
        history.append((now_ms, level))
        found = hold(memory, level, now_ms, HOLD_MS)
        recent = [
            (at, past) for at, past in history if at + HOLD_MS > now_ms or at == history[-1][0]
        ]
        assert found == max(past for _, past in recent)


def test_reasons_are_all_criteria_at_the_level_with_their_way_down() -> None:
    watch = Watch()
    assert watch.see(0, 0).reasons == ()
    level = watch.see(1, 11, 12, b=20)
    assert level.criteria == {"a": 2, "b": 2}
    reason = level.reasons[0]
    assert [r.criterion for r in level.reasons] == ["a", "b"]
    assert (reason.path, reason.value, reason.threshold) == (("q", "q.below"), 12, 10)
    assert (reason.impact_zh, reason.impact_en, reason.held) == ("二", "two", False)
    held = watch.see(3, 0, 0, b=20).reasons[0]
    assert held.held
    assert [r.criterion for r in watch.see(4, 0, 0, b=70).reasons] == ["b"]


def test_silence_never_lowers_the_level() -> None:
    watch = Watch()
    watch.see(0, 60, 0)
    silent = watch.see(40, None, 0)
    assert silent.level == 4
    assert silent.at_least
    assert silent.reasons[0].unknown
    assert silent.reasons[0].path == ("p",)
    assert watch.see(80, None, None).level == 4
    # a place that did not decide may fall silent; what is worse still counts
    back = watch.see(84, 20, None)
    assert (back.level, back.at_least) == (4, False)
    assert watch.see(95, 20, None).level == 2
    assert watch.see(96, None, 70).level == 4


def test_a_normal_place_that_falls_silent_leaves_the_others_to_speak() -> None:
    watch = Watch()
    watch.see(0, 9, 1)
    assert not watch.see(1, None, 1).at_least


def test_nothing_ever_heard_is_normal_only_as_a_lower_bound() -> None:
    level = Watch().see(0, None, None)
    assert (level.level, level.at_least, level.reasons) == (NORMAL, True, ())


def test_counting_places() -> None:
    rows = [
        {"level": 2, "at": 1, "impact_zh": "一", "impact_en": "one"},
        {"level": 3, "at": 3, "impact_zh": "三", "impact_en": "three"},
    ]
    watch = Watch(read="count", counts_from=25, levels=rows)
    assert watch.see(0, 24, 24, 24).level == 1
    assert watch.see(1, 25, 24, 24).level == 2
    assert watch.see(2, 25, 40, 30).level == 3
    assert watch.see(2, 25, 40, 30).reasons[0].value == 3
    # one that counted falls silent: it still counts
    assert watch.see(30, None, 40, 30).level == 3


def test_a_share_of_few_does_not_count() -> None:
    watch = Watch(enough={"measure": "test.size", "at_least": 100})
    few = watch.see(0, 60, size=99)
    assert (few.level, few.at_least) == (1, False)
    assert watch.see(1, 60, size=100).level == 4
    # how many there are is unknown: better too high than too low
    assert Watch(enough={"measure": "test.size", "at_least": 100}).see(0, 60).level == 4


@pytest.mark.parametrize(
    "levels",
    [LEVELS[::-1], [LEVELS[0], {**LEVELS[1], "at": 10}], [{**LEVELS[0], "level": 1}], []],
)
def test_levels_rise(levels: list[dict[str, Any]]) -> None:
    with pytest.raises(ValueError, match="level"):
        Criterion.model_validate(criterion("a", levels=levels))


def test_normal_is_said_only_of_what_is_mostly_known() -> None:
    watch = Watch()
    assert watch.see(0, 0, 0, None, None).unjudged == ()
    mostly_silent = watch.see(1, 0, None, None, None)
    assert (mostly_silent.unjudged, mostly_silent.at_least) == (("a",), True)
    assert watch.see(2, None, None, None, None).unjudged == ("a",)
    assert watch.see(3, 60, None, None, None).unjudged == (), "what is bad is bad enough to say"
