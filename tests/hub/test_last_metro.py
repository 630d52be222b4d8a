"""The last-metro cliff: two waves of late flights, one before the line ends and one after it."""

from __future__ import annotations

from typing import Any

import pytest

from streams.hub.picture import HubPicture
from tests.hub.conftest import MINUTE_MS, NOW_MS, STEP_MS, NewHub, Tell, bin_of

LAST_MS = NOW_MS + 40 * MINUTE_MS
WAVES = tuple(
    bin_of(NOW_MS + step * STEP_MS, passengers)
    for step, passengers in ((5, 800), (6, 800), (10, 600), (11, 600))
)
OPTIONS: list[dict[str, Any]] = [
    {
        "key": "later",
        "do": "extend",
        "modes": ["hub.line"],
        "by_minutes": 40,
        "ready_after_minutes": 15,
    },
    {
        "key": "trains",
        "do": "reinforce",
        "modes": ["hub.line"],
        "vehicles_per_hour": 12,
        "persons_per_vehicle": 300,
        "ready_after_minutes": 20,
    },
    {
        "key": "taxis",
        "do": "reinforce",
        "modes": ["hub.rank"],
        "vehicles_per_hour": 600,
        "persons_per_vehicle": 2,
        "ready_after_minutes": 20,
    },
    {
        "key": "meter",
        "do": "meter",
        "place": "hub.air",
        "at_most_per_5min": 100,
        "ready_after_minutes": 5,
    },
    {
        "key": "idle",
        "do": "meter",
        "place": "hub.rail",
        "at_most_per_5min": 9,
        "ready_after_minutes": 0,
    },
]


def evening(new_hub: NewHub, told: Any, now_ms: int = NOW_MS) -> HubPicture:
    options = [{**row, "title_zh": row["key"], "title_en": row["key"]} for row in OPTIONS]
    hub = new_hub(line={"waiting": {"limit_persons": 2000}}, options=options)
    return hub.step(told, now_ms)


def test_the_cliff(new_hub: NewHub, tell: Tell) -> None:
    """Bins 5, 6, 10, 11 with the kernel ½, ½: 400, 800, 400 come out in steps 5–7, then 300, 600,
    300 in steps 10–12. Half of them want the line, which takes 100 a step until step 8.

        queue: 200−100, +400−100, +200−100 → 500 after step 7; then it is closed, and a fifth of
        150, 300, 150 stays at it too: 500 + 120 = 620 stranded
        rank: 200, 400, 200 in steps 5–7 against 200 → 200 left; then 150 + 120 = 270, 540, 270
        in steps 10–12 against 200: 70, 410, 480, which is over its limit of 100 at once
    """
    picture = evening(new_hub, tell(line=100, rank=200, air=WAVES, last=LAST_MS))
    line, rank = picture.profiles
    assert line.queue[5:11] == pytest.approx((0, 100, 400, 500, 500, 500))
    assert line.queue[-1] == pytest.approx(620)
    assert rank.demand[10:13] == pytest.approx((270, 540, 270))
    values = picture.values
    assert values["hub.line"]["dispersal.stranded_persons"].value == pytest.approx(620)
    assert values["hub.rank"]["dispersal.stranded_persons"].value == 0
    assert values["hub"]["dispersal.stranded_persons"].value == pytest.approx(620)
    assert values["hub"]["dispersal.stranded_persons"].decided_by == "hub.line"
    assert values["hub"]["dispersal.minutes_to_last_departure"].value == 40
    # operating level: 500 stranded and more is level 4 of the criterion
    assert picture.operating.level == 4
    assert picture.operating.reasons[0].impact_en == "many"
    assert picture.operating.reasons[0].path == ("hub", "hub.line")


def test_who_fills_the_rank_after_the_last_train(new_hub: NewHub, tell: Tell) -> None:
    """The first saturated step of the rank is the one that ends at 35 minutes: 400 came in it."""
    picture = evening(new_hub, tell(line=100, rank=200, air=WAVES, last=LAST_MS))
    assert picture.first_saturated == "hub.rank"
    assert picture.values["hub"]["dispersal.minutes_to_saturation"].value == pytest.approx(32.5)
    assert [c.source for c in picture.contributors] == ["hub.air"] * 2
    # an hour on, those who wanted the line are among them, and named
    now_ms = NOW_MS + 50 * MINUTE_MS
    later = evening(new_hub, tell(now_ms, rank=200, air=WAVES, last=LAST_MS), now_ms)
    assert later.first_saturated == "hub.rank"
    ways = {(c.source, c.via): c.persons for c in later.contributors}
    assert ways["hub.air", "hub.line"] == pytest.approx(0.8 * ways["hub.air", ""])
    assert sum(c.share for c in later.contributors) == pytest.approx(1)
    assert list(later.contributors) == sorted(later.contributors, key=lambda c: -c.persons)


def test_what_each_option_changes(new_hub: NewHub, tell: Tell) -> None:
    told = tell(line=100, rank=200, air=WAVES, last=LAST_MS)
    picture = evening(new_hub, told)
    effects = {effect.key: effect for effect in picture.options}
    # fewest stranded first; what changes nothing is no option
    assert list(effects) == ["trains", "meter", "later", "taxis"]
    # a train of 300 in every step from minute 20 on keeps the line open and takes everybody
    assert effects["trains"].stranded_persons == 0
    assert effects["trains"].minutes_change == 0
    # until minute 80, 100 a step: 500 at 40 minutes → 300 → +150 +300 +150 → 300 are left
    assert effects["later"].stranded_persons == pytest.approx(300)
    assert effects["later"].stranded_change == pytest.approx(-320)
    # 100 more taxi places a step: the rank reaches its limit of 100 at the end of the step
    assert effects["taxis"].minutes_to_saturation == pytest.approx(35)
    assert effects["taxis"].stranded_change == 0
    assert effects["meter"].held_persons > 0
    assert effects["meter"].minutes_to_saturation == 90
    assert all(effect.title_zh for effect in picture.options)


def test_nothing_to_do_in_a_quiet_hour(new_hub: NewHub, tell: Tell) -> None:
    assert evening(new_hub, tell(rank=900, line=900, air=WAVES)).options == ()


def test_an_unknown_mode_is_no_option(new_hub: NewHub, tell: Tell) -> None:
    picture = evening(new_hub, tell(line=None, rank=200, air=WAVES, last=LAST_MS))
    assert {effect.key for effect in picture.options} == {"taxis", "meter"}
    assert picture.values["hub"]["dispersal.stranded_persons"].at_least


def test_a_line_that_has_ended_is_not_extended(new_hub: NewHub, tell: Tell) -> None:
    now_ms = LAST_MS + MINUTE_MS
    picture = evening(new_hub, tell(now_ms, air=WAVES, last=LAST_MS, waiting=(400, 0)), now_ms)
    assert "later" not in {effect.key for effect in picture.options}
    assert picture.values["hub.line"]["dispersal.stranded_persons"].value >= 400
