"""The real site: its modes, its criteria, an evening on which the metro ends."""

from __future__ import annotations

import pytest

from schemas.value import ArrivalBin, Situation, Value
from streams.domains import catalogue
from streams.hub.capacity import LINE_MEASURES
from streams.hub.expectation import critical_pairs, expected_places
from streams.hub.hub import Hub
from streams.hub.load import HubSettings
from streams.hub.picture import HubPicture
from streams.hub.settings import Line, Rank
from streams.site.model import Site
from tests.hub.conftest import EXPECTED, MINUTE_MS, NOW_MS, STEP_MS, bin_of, number

LATE_MS = NOW_MS + 110 * MINUTE_MS  # 22:20
LINE = dict(zip(LINE_MEASURES[:3], (300.0, 0.2, 1500.0), strict=True))
RANK = {"rank.vehicles_per_min": 10.0, "rank.persons_per_vehicle": 1.6}


def evening(
    site: Site, settings: HubSettings, waves: dict[int, float], **without: bool
) -> dict[str, Situation]:
    """All inputs of the balance known; `waves` at Terminal 2 by minutes from 22:20."""
    values: dict[str, dict[str, float]] = {}
    for mode in settings.dispersal.modes:
        found = values.setdefault(mode.place, {})
        if isinstance(mode.capacity, Line) and not without.get("metro"):
            found |= LINE
        if isinstance(mode.capacity, Rank):
            found |= RANK
        if mode.queue:
            for place in mode.queue.places:
                values.setdefault(place, {})[mode.queue.measure] = 20.0
    bins: dict[str, tuple[ArrivalBin, ...]] = {}
    for source in settings.dispersal.sources:
        if source.outflow:
            values[source.place] = {"crowd.left_per_min": 0.0, "crowd.occupancy_persons": 0.0}
            continue
        values[source.place] = {EXPECTED: 0.0}
        waves_here = waves if source.place == "hub.t2" else {}
        bins[source.place] = tuple(
            bin_of(LATE_MS + step * STEP_MS, waves_here.get(5 * step, 0.0))
            for step in range(-12, 18)
        )
    return {
        place: Situation(
            site=site.key,
            place=place,
            cell=site.places[place].cell,
            at_ms=LATE_MS,
            values={key: number(key, n, simulated=True) for key, n in found.items()},
            arrivals=bins.get(place, ()),
        )
        for place, found in values.items()
    }


def told(picture: HubPicture, place: str, quantity: str) -> Value:
    return picture.values[place][f"dispersal.{quantity}"]


WAVES = {0: 1500.0, 5: 1500.0, 35: 2600.0, 40: 2600.0}


def test_two_waves_around_the_last_metro(hongqiao: Site, hongqiao_settings: HubSettings) -> None:
    """Line 10 ends at 22:50, 2 and 17 at 23:00: the first wave meets the end, the second taxis."""
    hub = Hub(hongqiao, hongqiao_settings)
    picture = hub.step(evening(hongqiao, hongqiao_settings, WAVES), LATE_MS)
    assert told(picture, "hub.metro.l10.east", "minutes_to_last_departure").value == 30
    assert told(picture, "hub", "minutes_to_last_departure").decided_by == "hub.metro.l10.east"
    stranded = told(picture, "hub", "stranded_persons")
    assert stranded.value is not None
    assert stranded.value > 100
    assert stranded.decided_by.startswith("hub.metro.")
    first = told(picture, "hub", "minutes_to_saturation")
    assert first.decided_by.startswith("hub.taxi.")
    assert first.value is not None
    earliest = told(picture, "hub", "minutes_to_saturation_earliest").value
    latest = told(picture, "hub", "minutes_to_saturation_latest").value
    assert earliest is not None
    assert latest is not None
    assert earliest < first.value < latest
    assert first.simulated
    effects = {effect.key: effect for effect in picture.options}
    assert effects["later_last_trains"].stranded_change < -50
    assert effects["taxi_call_up"].minutes_change > 0
    assert effects["slower_release_t2"].held_persons > 0
    assert all(effect.minutes_change > -1e-6 for effect in picture.options)
    assert {profile.status for profile in picture.profiles} <= {"ok", "suspect"}


def test_the_metro_falls_silent(hongqiao: Site, hongqiao_settings: HubSettings) -> None:
    hub = Hub(hongqiao, hongqiao_settings)
    picture = hub.step(evening(hongqiao, hongqiao_settings, WAVES, metro=True), LATE_MS)
    assert "hub.metro.l2.east" in picture.unknown_modes
    assert picture.at_least
    assert told(picture, "hub", "stranded_persons").at_least


def test_criteria_look_at_places_that_can_answer(
    hongqiao: Site, hongqiao_settings: HubSettings
) -> None:
    hub = Hub(hongqiao, hongqiao_settings)
    watched = {criterion.key: hub.criteria[criterion.key] for criterion in hub.operating.criteria}
    assert all(watched.values())
    assert len(watched["closed_passages"]) >= 6
    assert len(watched["blocked_expressways"]) >= 15
    assert watched["mass_delay"] == ("hub.t1", "hub.t2", "hub.rail")


def test_critical_measures(hongqiao: Site) -> None:
    """Derived ones where all they need reports; arrivals by the desks that publish timetables."""
    pairs = critical_pairs(hongqiao, catalogue())
    assert ("hub.metro.l2.east", "transit.onward_capacity_per_5min") in pairs
    assert ("hub.rail", EXPECTED) in pairs
    assert not any(hongqiao.places[place].kind in ("area", "district") for place, _ in pairs)
    assert expected_places(hongqiao, catalogue(), "dispersal.queue_persons") == frozenset()
    levels = expected_places(hongqiao, catalogue(), "crowd.level_of_service")
    assert "hub.t2.arrivals" in levels
    assert "hub.t2" not in levels
    assert ("pump.hub", "water.depth_cm") in pairs
    ponded = expected_places(hongqiao, catalogue(), "water.ponding_level")
    assert {hongqiao.places[place].kind for place in ponded} == {"underpass", "tunnel"}


@pytest.mark.parametrize("minutes", [1, 5])
def test_time_going_on_changes_a_forecast_smoothly(
    hongqiao: Site, hongqiao_settings: HubSettings, minutes: int
) -> None:
    """The same facts a little later: what was in 40 minutes is in 39, whatever the step grid."""
    hub = Hub(hongqiao, hongqiao_settings)
    facts = evening(hongqiao, hongqiao_settings, WAVES)
    before = told(hub.step(facts, LATE_MS), "hub.taxi.t2", "minutes_to_saturation").value
    later_ms = LATE_MS + minutes * MINUTE_MS
    after = told(hub.step(facts, later_ms), "hub.taxi.t2", "minutes_to_saturation").value
    assert before is not None
    assert after == pytest.approx(before - minutes, abs=2.5)
