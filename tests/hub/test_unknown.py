"""Unknown stays unknown: no zero, no minute and no level comes out of missing data."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from schemas.value import Value
from streams.hub.hub_values import SUMS
from tests.hub.conftest import DISPERSAL, EXPECTED, MINUTE_MS, NOW_MS, NewHub, Tell, bin_of, number

FORECAST = (
    "dispersal.deficit_per_5min",
    "dispersal.stranded_persons",
    "dispersal.minutes_to_saturation",
    "dispersal.minutes_to_saturation_earliest",
    "dispersal.minutes_to_saturation_latest",
)
WAVE = (bin_of(NOW_MS, 2000),)


def test_all_known_is_ok_throughout(new_hub: NewHub, tell: Tell) -> None:
    picture = new_hub().step(tell(air=WAVE), NOW_MS)
    for place in ("hub", "hub.line", "hub.rank"):
        assert {value.status for value in picture.values[place].values()} == {"ok"}
    assert not picture.at_least
    assert not picture.unknown_modes


def test_capacity_unknown_makes_the_mode_unknown_and_the_hub_a_lower_bound(
    new_hub: NewHub, tell: Tell
) -> None:
    picture = new_hub().step(tell(line=None, air=WAVE), NOW_MS)
    line, hub = picture.values["hub.line"], picture.values["hub"]
    for measure in (*FORECAST, "dispersal.capacity_per_5min"):
        assert line[measure].status == "unknown"
        assert line[measure].value is None
        assert line[measure].reason == "input:transit.train_capacity_persons"
    # what is known of it stays known
    assert line["dispersal.demand_per_5min"].value == 500
    assert line["dispersal.queue_persons"].status == "ok"
    assert picture.unknown_modes == ("hub.line",)
    assert picture.at_least
    for measure in ("dispersal.capacity_per_5min", "dispersal.deficit_per_5min"):
        assert hub[measure].at_least
        assert hub[measure].status == "suspect"
    assert hub["dispersal.demand_per_5min"].status == "ok"
    # the other mode fills up: that much is certain
    assert hub["dispersal.minutes_to_saturation"].status == "suspect"
    assert hub["dispersal.minutes_to_saturation"].decided_by == "hub.rank"
    assert {profile.mode: profile.queue for profile in picture.profiles}["hub.line"] == ()


def test_nobody_says_that_none_fills_up_while_one_is_unknown(new_hub: NewHub, tell: Tell) -> None:
    hub = new_hub().step(tell(line=None), NOW_MS).values["hub"]
    assert hub["dispersal.minutes_to_saturation"].status == "unknown"
    # the rank is known not to be full for 90 minutes, so not all are
    assert hub["dispersal.minutes_to_all_saturated"].value == 90
    assert hub["dispersal.minutes_to_all_saturated"].at_least


def test_a_mode_with_a_small_share_does_not_take_the_hub_along(new_hub: NewHub, tell: Tell) -> None:
    split = {"shares": {"metro": 0.95, "taxi": 0.05}, "source": "test", "confidence": "ours"}
    picture = new_hub(splits=[split]).step(tell(rank=None), NOW_MS)
    assert picture.values["hub.rank"]["dispersal.minutes_to_saturation"].status == "unknown"
    assert not picture.at_least
    hub = picture.values["hub"]
    assert hub["dispersal.minutes_to_saturation"].value == 90
    assert hub["dispersal.minutes_to_saturation"].status == "suspect"
    assert hub["dispersal.stranded_persons"].at_least


@pytest.mark.parametrize("lost", ["air", "rail"])
def test_arrivals_unknown_make_every_mode_they_feed_unknown(
    new_hub: NewHub, tell: Tell, lost: str
) -> None:
    arriving: dict[str, Any] = {"air": WAVE, "rail": WAVE, lost: None}
    picture = new_hub().step(tell(**arriving), NOW_MS)
    assert picture.unknown_modes == ("hub.line", "hub.rank")
    for place in ("hub.line", "hub.rank"):
        for measure in (*FORECAST, "dispersal.demand_per_5min"):
            assert picture.values[place][measure].reason == f"input:{EXPECTED}"
        assert picture.values[place]["dispersal.capacity_per_5min"].status == "ok"
    for measure in ("dispersal.demand_per_5min", "dispersal.stranded_persons"):
        assert picture.values["hub"][measure].value is None


def test_arrivals_that_hardly_count_leave_a_lower_bound(new_hub: NewHub, tell: Tell) -> None:
    sources = [{**DISPERSAL["sources"][0], "usual_persons_per_hour": 50}, DISPERSAL["sources"][1]]
    picture = new_hub(sources=sources).step(tell(air=None, rail=WAVE), NOW_MS)
    for place in ("hub.line", "hub.rank", "hub"):
        demand = picture.values[place]["dispersal.demand_per_5min"]
        assert demand.value
        assert demand.at_least
        assert demand.status == "suspect"
    assert not picture.at_least


def test_bins_without_a_known_sum_are_not_believed(new_hub: NewHub, tell: Tell) -> None:
    told = tell(air=WAVE)
    told["hub.air"] = msgspec.structs.replace(
        told["hub.air"], values={EXPECTED: number(EXPECTED, None)}
    )
    assert new_hub().step(told, NOW_MS).unknown_modes == ("hub.line", "hub.rank")


def test_doubt_travels_with_its_reason(new_hub: NewHub, tell: Tell) -> None:
    headway = "transit.headway_seconds"
    doubtful = number(headway, 300, status="suspect", reason="skewed", simulated=True)
    told = tell(more={"hub.line": {headway: doubtful}}, air=WAVE)
    values = new_hub().step(told, NOW_MS).values
    for measure in (*FORECAST, "dispersal.capacity_per_5min"):
        assert values["hub.line"][measure].status == "suspect"
        assert values["hub.line"][measure].reason == f"input:{headway}"
    assert values["hub"]["dispersal.minutes_to_saturation"].status == "suspect"
    assert values["hub.line"]["dispersal.minutes_to_saturation"].simulated
    assert values["hub"]["dispersal.demand_per_5min"].simulated
    assert not values["hub.rank"]["dispersal.minutes_to_saturation"].simulated


def test_imputed_passengers_make_a_forecast_suspect(new_hub: NewHub, tell: Tell) -> None:
    few, many = bin_of(NOW_MS, 1000, imputed=90), bin_of(NOW_MS, 1000, imputed=300)
    assert not new_hub().step(tell(air=(few,)), NOW_MS).profiles[0].reason
    profile = new_hub().step(tell(air=(many,)), NOW_MS).profiles[0]
    assert (profile.status, profile.reason) == ("suspect", "imputed")


def test_a_queue_nobody_ever_counted_is_not_zero(new_hub: NewHub, tell: Tell) -> None:
    picture = new_hub().step(tell(waiting=(None, 0.0), air=WAVE), NOW_MS)
    line = picture.values["hub.line"]
    assert line["dispersal.queue_persons"].status == "unknown"
    assert line["dispersal.queue_persons"].reason == "no-count"
    assert line["dispersal.stranded_persons"].at_least
    assert line["dispersal.minutes_to_saturation"].status == "suspect"
    assert picture.values["hub"]["dispersal.queue_persons"].at_least


def test_a_queue_is_carried_and_gets_uncertain(new_hub: NewHub, tell: Tell) -> None:
    hub = new_hub()
    hub.step(tell(line=100, waiting=(60, 0), air=(bin_of(NOW_MS, 600),)), NOW_MS)
    later = NOW_MS + 2 * MINUTE_MS
    picture = hub.step(tell(later, line=100, waiting=(None, 0), air=(bin_of(NOW_MS, 600),)), later)
    queue = picture.values["hub.line"]["dispersal.queue_persons"]
    # 60 + (150 − 100) · 2/5 = 80, give or take a quarter of the 60 who came
    assert queue.value == pytest.approx(80)
    assert (queue.status, queue.reason) == ("suspect", "carried")
    profile = picture.profiles[0]
    assert (profile.queue_low[0], profile.queue_high[0]) == (pytest.approx(65), pytest.approx(95))
    # a capacity that was unknown in between leaves nothing of it
    hub.step(tell(later, line=None, waiting=(None, 0)), later)
    picture = hub.step(tell(later + MINUTE_MS, waiting=(None, 0)), later + MINUTE_MS)
    assert picture.values["hub.line"]["dispersal.queue_persons"].reason == "no-count"


def test_a_cell_nobody_speaks_for_is_unknown(new_hub: NewHub, tell: Tell) -> None:
    """What lies in the topic when a worker dies is not the present."""
    late = NOW_MS + 6 * MINUTE_MS
    told = tell(NOW_MS, air=WAVE)
    told |= {place: tell(late, air=WAVE)[place] for place in ("hub.air", "hub.rail", "hub.rank")}
    picture = new_hub().step(told, late)
    capacity = picture.values["hub.line"]["dispersal.capacity_per_5min"]
    assert (capacity.status, picture.unknown_modes) == ("unknown", ("hub.line",))
    # of the three critical measures: expected passengers, vehicles at the rank, onward capacity
    assert picture.values["town"]["site.blindness_ratio"].value == pytest.approx(1 / 3)
    assert picture.operating.criteria["blindness"] == 2


def test_nothing_heard_at_all(new_hub: NewHub) -> None:
    picture = new_hub().step({}, NOW_MS)
    hub = picture.values["hub"]
    assert all(hub[measure].status == "unknown" for measure in SUMS)
    assert hub["dispersal.minutes_to_saturation"].value is None
    assert picture.values["town"]["site.blindness_ratio"].value == 1
    assert picture.operating.level == 2
    assert picture.values["town"]["site.operating_level"].at_least


def test_an_unknown_value_never_carries_a_number(new_hub: NewHub, tell: Tell) -> None:
    hub = new_hub()
    for told in ({}, tell(line=None), tell(air=None), tell(waiting=(None, None)), tell(air=WAVE)):
        for values in hub.step(told, NOW_MS).values.values():
            for key, value in values.items():
                assert isinstance(value, Value)
                assert value.measure == key
                assert (value.value is None) == (value.status == "unknown")
                assert (value.status == "ok") == (not value.reason)
