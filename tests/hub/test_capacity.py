"""What modes offer: hours, last departures, bays, plans."""

from __future__ import annotations

from typing import Any

import pytest

from streams.hub.calendar import day_type, open_shares, windows
from streams.hub.settings import Service
from streams.site.model import Site
from tests.hub.conftest import MINUTE_MS, NOW_MS, NewHub, Tell, bin_of, number

HOUR_MS = 60 * MINUTE_MS
MIDNIGHT_MS = NOW_MS - 20 * HOUR_MS - 30 * MINUTE_MS
LINE = ("transit.headway_seconds", "transit.load_ratio", "transit.train_capacity_persons")


def runs(site: Site, service: Service | None, last_ms: int | None, hour: float) -> bool:
    at_ms = MIDNIGHT_MS + int(hour * HOUR_MS)
    return open_shares(windows(site, service, last_ms, at_ms), at_ms)[0] == 1.0


@pytest.mark.parametrize(
    ("first", "last", "running", "closed"),
    [
        ("05:30", "23:00", (5.5, 12, 22.9), (0, 3, 5.4, 23, 23.5)),
        ("21:30", "05:00", (0, 4.9, 21.5, 23.9), (5, 12, 21.4)),
        ("00:00", "00:00", (0, 12, 23.9), ()),
    ],
)
def test_hours_of_service(
    small_site: Site, first: str, last: str, running: Any, closed: Any
) -> None:
    service = Service(first=first, last=last)
    assert all(runs(small_site, service, None, hour) for hour in running)
    assert not any(runs(small_site, service, None, hour) for hour in closed)


def test_a_reported_last_departure_replaces_the_declared_one(small_site: Site) -> None:
    service = Service(first="05:30", last="23:00")
    early, late = MIDNIGHT_MS + 22 * HOUR_MS, MIDNIGHT_MS + 24 * HOUR_MS + 20 * MINUTE_MS
    assert not runs(small_site, service, early, 22.1)
    assert runs(small_site, service, late, 24.1)
    assert not runs(small_site, service, late, 24.4)
    # it is of its own night only: the next morning begins as declared
    assert runs(small_site, service, early, 24 + 6)
    assert not runs(small_site, service, early, 24 + 23.1)
    # without declared hours it ends the mode
    assert runs(small_site, None, early, 21.9)
    assert not runs(small_site, None, early, 22)


def test_kinds_of_day(small_site: Site) -> None:
    """2026-07-15 is a Wednesday; the calendar calls the 16th something else."""
    days = [day_type(small_site, NOW_MS + days * 24 * HOUR_MS) for days in (0, 1, 2, 3, 4, 5)]
    assert days == ["workday", "fair", "workday", "weekend", "weekend", "workday"]


def capacity(hub: Any, told: Any, place: str = "hub.line") -> Any:
    return hub.step(told, NOW_MS).values[place]["dispersal.capacity_per_5min"]


def test_trains_with_room(new_hub: NewHub, tell: Tell) -> None:
    """A train every 200 s, 1,000 persons, 70 % full: 1.5 trains × 300."""
    given = dict(zip(LINE, (200.0, 0.7, 1000.0), strict=True))
    line = {measure: number(measure, value) for measure, value in given.items()}
    assert capacity(new_hub(), tell(more={"hub.line": line})).value == pytest.approx(450)
    line[LINE[1]] = number(LINE[1], 1.3)
    assert capacity(new_hub(), tell(more={"hub.line": line})).value == 0
    line[LINE[0]] = number(LINE[0], 0.0)
    assert capacity(new_hub(), tell(more={"hub.line": line})).value is None


def test_the_line_ends_inside_a_step(new_hub: NewHub, tell: Tell) -> None:
    last = NOW_MS + 12 * MINUTE_MS
    picture = new_hub().step(tell(line=100, last=last), NOW_MS)
    assert picture.profiles[0].capacity[:4] == pytest.approx((100, 100, 40, 0))
    value = picture.values["hub.line"]["dispersal.minutes_to_last_departure"]
    assert value.value == pytest.approx(12)
    assert picture.values["hub"]["dispersal.minutes_to_last_departure"].decided_by == "hub.line"


def test_a_line_that_fell_silent_still_ends_when_it_said(new_hub: NewHub, tell: Tell) -> None:
    hub = new_hub()
    hub.step(tell(last=NOW_MS + 10 * MINUTE_MS), NOW_MS)
    picture = hub.step(tell(NOW_MS + MINUTE_MS, line=None, last=None), NOW_MS + MINUTE_MS)
    assert picture.unknown_modes == ("hub.line",)
    assert picture.values["hub.line"]["dispersal.minutes_to_last_departure"].value == 9
    later = NOW_MS + 11 * MINUTE_MS
    picture = hub.step(tell(later, line=None, last=None), later)
    line = picture.values["hub.line"]
    assert line["dispersal.capacity_per_5min"].value == 0
    assert line["dispersal.minutes_to_last_departure"].value == 0
    assert "dispersal.minutes_to_last_departure" not in picture.values["hub"]


def test_no_last_departure_reported_leaves_the_declared_one_in_doubt(
    new_hub: NewHub, tell: Tell
) -> None:
    line = new_hub().step(tell(last=None), NOW_MS).values["hub.line"]
    assert line["dispersal.minutes_to_last_departure"].value == 150
    assert line["dispersal.minutes_to_last_departure"].status == "suspect"
    assert line["dispersal.capacity_per_5min"].reason == "input:transit.last_departure_ms"


def test_a_rank_is_bounded_by_its_bays_and_helped_by_who_waits(new_hub: NewHub, tell: Tell) -> None:
    """4 bays × 1 vehicle a minute × 2 persons × 5 minutes = 40, with 30 vehicles ready."""
    ready = {"hub.rank": {"rank.waiting_vehicles": number("rank.waiting_vehicles", 30)}}
    bounded = new_hub(rank={"capacity": {"by": "rank", "vehicles_per_min_per_bay": 1}})
    assert capacity(bounded, tell(rank=10), "hub.rank").value == 10
    assert capacity(bounded, tell(rank=10, more=ready), "hub.rank").value == 40
    assert capacity(bounded, tell(rank=90), "hub.rank").value == 40
    assert capacity(new_hub(), tell(rank=10, more=ready), "hub.rank").value == 70
    assert capacity(new_hub(), tell(rank=None), "hub.rank").reason == "input:rank.vehicles_per_min"


def test_a_mode_that_begins_later_is_planned(new_hub: NewHub, tell: Tell) -> None:
    night = {"service": {"first": "21:00", "last": "05:00"}, "planned_per_5min": 30}
    picture = new_hub(rank=night).step(tell(rank=None), NOW_MS)
    profile = picture.profiles[1]
    assert profile.capacity == (0,) * 6 + (30,) * 12
    assert (profile.status, profile.reason) == ("suspect", "planned")
    unplanned = {"service": night["service"]}
    assert new_hub(rank=unplanned).step(tell(rank=None), NOW_MS).profiles[1].status == "unknown"


def test_ways_nobody_measures(new_hub: NewHub, tell: Tell) -> None:
    """Two barriers × 5 cars a minute × 2 persons; 60 seats half free 12 times an hour."""
    lanes = {"by": "lanes", "vehicles_per_min_per_lane": 5, "persons_per_vehicle": 2}
    plan = {"by": "timetable", "vehicles_per_hour": 12, "seats": 60, "free_ratio": 0.5}
    walk = {"by": "walkway", "level_of_service": "D"}
    found = [
        capacity(new_hub(rank={"capacity": way}), tell(), "hub.rank").value
        for way in (lanes, plan, walk)
    ]
    # Fruin: 66 persons/m/min at the end of D
    assert found == pytest.approx([100, 30, 3 * 66 * 5])


def test_before_its_standard_holds_a_walkway_is_unknown(new_hub: NewHub, tell: Tell) -> None:
    walk = {"capacity": {"by": "walkway", "level_of_service": "D"}}
    hub = new_hub(rank=walk)
    assert hub.step(tell(), 0).profiles[1].status == "unknown"


def test_who_leaves_an_exhibition_arrives_until_it_is_empty(new_hub: NewHub, tell: Tell) -> None:
    leaving, inside = "crowd.left_per_min", "crowd.occupancy_persons"
    flow = {"leaving": leaving, "inside": inside, "ratio": 0.5, "spread": 0.2}
    kernel = {"shares": [1.0], "source": "test", "confidence": "ours"}
    hub = new_hub(air={"outflow": flow, "kernel": kernel})

    def crowd(rate: float | None, persons: float | None) -> dict[str, Any]:
        values = {leaving: number(leaving, rate), inside: number(inside, persons)}
        return tell(more={"hub.air": values})

    # 40 a minute, half of them to us: 100 in 5 minutes, 50 by each mode, while 350 are left
    demand = hub.step(crowd(40, 700), NOW_MS).profiles[0].demand
    assert demand[:5] == pytest.approx((50, 50, 50, 25, 0))
    endless = new_hub(air={"outflow": {"leaving": leaving, "ratio": 0.5}, "kernel": kernel})
    assert endless.step(crowd(40, 0), NOW_MS).profiles[0].demand == pytest.approx((50,) * 18)
    # nobody knows how many are left: they go on, in doubt
    profile = hub.step(crowd(40, None), NOW_MS).profiles[0]
    assert profile.demand == pytest.approx((50,) * 18)
    assert (profile.status, profile.reason) == ("suspect", f"input:{inside}")
    assert hub.step(crowd(None, 700), NOW_MS).profiles[0].status == "unknown"


def test_a_waiting_limit_from_area_and_grade(new_hub: NewHub, tell: Tell) -> None:
    """Fruin, queue: C ends at 1.54 persons/m²; half of 400 m² for this mode."""
    waiting = {"areas": ["hub.rank"], "share": 0.5, "level_of_service": "C"}
    hub = new_hub(rank={"waiting": waiting})
    assert hub.step(tell(), NOW_MS).profiles[1].limit == pytest.approx(308)


def test_a_mode_that_is_never_full(new_hub: NewHub, tell: Tell) -> None:
    hub = new_hub(rank={"waiting": None, "queue": None})
    picture = hub.step(tell(air=(bin_of(NOW_MS, 9000),)), NOW_MS)
    assert "dispersal.minutes_to_saturation" not in picture.values["hub.rank"]
    assert "dispersal.queue_persons" not in picture.values["hub.rank"]
    assert picture.profiles[1].status == "ok"
    assert picture.first_saturated == "hub.line"
