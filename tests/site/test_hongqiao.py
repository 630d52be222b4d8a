"""What the first site must have, told from its loaded objects."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from math import cos, dist, radians
from zoneinfo import ZoneInfo

from schemas.catalogue import kinds as record_kinds
from streams.site.kinds import KINDS
from streams.site.model import Place, Site

CENTRE = (31.194, 121.327)
REACH_KM = 9.0
ONWARD = {
    "hub.metro.l2.east",
    "hub.metro.l2.west",
    "hub.metro.l10.east",
    "hub.metro.l17.west",
    "hub.taxi.t1",
    "hub.taxi.t2",
    "hub.taxi.rail_north",
    "hub.taxi.rail_south",
    "hub.ride_hail",
    "hub.bus.east",
    "hub.bus.west",
    "hub.bus.night",
}


def reporting(site: Site, kind: str) -> set[str]:
    """Places with a source of this record kind."""
    return {s.place for s in site.sources.values() if site.feeds[s.feed].kind == kind}


def of_kind(site: Site, kind: str) -> list[Place]:
    return [place for place in site.places.values() if place.kind == kind]


def keys(places: Iterable[Place]) -> set[str]:
    return {place.key for place in places}


def test_it_is_as_large_as_the_plan_asks(hongqiao: Site) -> None:
    zones = [p for p in hongqiao.places.values() if not KINDS[p.kind].aggregate]
    segments = of_kind(hongqiao, "road_segment")
    assert len(hongqiao.places) >= 130
    assert len({place.cell for place in zones}) >= 40
    assert len(hongqiao.sources) >= 450
    assert len(segments) >= 25
    assert {s.attributes["road_class"] for s in segments} == {"expressway", "arterial", "secondary"}
    assert len(of_kind(hongqiao, "energy_station")) >= 10
    assert keys(of_kind(hongqiao, "district")) == {"changning", "minhang", "qingpu", "jiading"}
    assert keys(of_kind(hongqiao, "area")) == {"core", "south", "west", "north", "east"}
    assert {"necc", "hub.centre", "building.cea_city"} <= reporting(hongqiao, "energy_meter")
    inboxes = {department.inbox for department in hongqiao.departments.values()}
    assert {f"inbox.{d}" for d in ("police", "transport", "environment", "water")} <= inboxes


def test_every_kind_of_record_is_reported_and_every_feed_has_sources(hongqiao: Site) -> None:
    assert {hongqiao.feeds[s.feed].kind for s in hongqiao.sources.values()} == set(record_kinds())
    assert {s.feed for s in hongqiao.sources.values()} == set(hongqiao.feeds)


def test_a_cell_is_one_subtree_below_the_aggregates(hongqiao: Site) -> None:
    for place in hongqiao.places.values():
        above = [place, *hongqiao.ancestors(place.key)]
        assert above[-1].key == hongqiao.key
        inside = [p for p in above if not KINDS[p.kind].aggregate]
        assert {p.cell for p in inside} <= {inside[-1].key if inside else ""}
        assert above[: len(inside)] == inside


def test_sources_speak_only_of_granted_places_inside_cells(hongqiao: Site) -> None:
    for source in hongqiao.sources.values():
        feed = hongqiao.feeds[source.feed]
        assert source.place in feed.places
        assert not KINDS[hongqiao.places[source.place].kind].aggregate
        assert feed.department in hongqiao.departments
        assert 10 <= source.cadence_seconds <= 60 or feed.kind in (
            "emergency_report",
            "authority_warning",
        )


def test_places_have_what_the_formulas_of_their_records_need(hongqiao: Site) -> None:
    for key in reporting(hongqiao, "crowd_count"):
        assert hongqiao.places[key].area_m2, f"{key}: a density needs an area"
    for key in reporting(hongqiao, "parking_count"):
        assert hongqiao.places[key].capacity, f"{key}: a filling needs a capacity"
        assert hongqiao.places[key].number("exit_lanes"), key
    for key in reporting(hongqiao, "road_flow"):
        assert hongqiao.places[key].number("free_flow_kmh"), key
    for key in reporting(hongqiao, "transit_service"):
        assert hongqiao.places[key].number("train_capacity_persons"), key
    halls = reporting(hongqiao, "gate_count") & {p.key for p in of_kind(hongqiao, "hall")}
    assert len(halls) >= 8
    assert all(hongqiao.places[key].capacity for key in halls | {"hub.t1", "hub.t2", "hub.rail"})


def test_every_way_onward_is_measured_and_belongs_to_the_hub(hongqiao: Site) -> None:
    measured = reporting(hongqiao, "transit_service") | reporting(hongqiao, "rank_service")
    assert measured >= ONWARD
    assert all("hub" in keys(hongqiao.ancestors(key)) for key in ONWARD)
    assert {"hub.t1", "hub.t2", "hub.rail", "hub.coach"} <= reporting(hongqiao, "arrival")


def test_each_zone_with_sensors_has_a_device_that_tells_when_they_are_cut_off(
    hongqiao: Site,
) -> None:
    sporadic = {"emergency_report", "authority_warning", "device_heartbeat"}
    sensed = {
        s.place for s in hongqiao.sources.values() if hongqiao.feeds[s.feed].kind not in sporadic
    }
    assert sensed <= reporting(hongqiao, "device_heartbeat")


def test_coordinates_lie_around_the_hub_and_children_near_their_parent(hongqiao: Site) -> None:
    def km(a: tuple[float, float], b: tuple[float, float]) -> float:
        return dist(
            (a[0] * 111.2, a[1] * 111.3 * cos(radians(31.2))),
            (b[0] * 111.2, b[1] * 111.3 * cos(radians(31.2))),
        )

    at = {
        p.key: (p.latitude, p.longitude)
        for p in hongqiao.places.values()
        if p.latitude is not None and p.longitude is not None
    }
    assert at.keys() == hongqiao.places.keys()
    for place in hongqiao.places.values():
        assert km(at[place.key], CENTRE) < REACH_KM, place.key
        if place.parent and not KINDS[hongqiao.places[place.parent].kind].aggregate:
            assert km(at[place.key], at[place.parent]) < 3.5, place.key


def test_capacities_are_possible_in_the_areas(hongqiao: Site) -> None:
    """A zone holds at most four persons a square metre, and no more than the place it is in."""
    for place in hongqiao.places.values():
        if place.capacity and place.area_m2:
            assert place.capacity <= 4 * place.area_m2, place.key
        for child in hongqiao.children.get(place.key, ()):
            if place.capacity and child.capacity and place.kind != "parking":
                assert child.capacity <= place.capacity, child.key


def test_names_tell_places_apart_in_both_languages(hongqiao: Site) -> None:
    for name in ("name_zh", "name_en"):
        counts = Counter(getattr(place, name) for place in hongqiao.places.values())
        assert [n for n, times in counts.items() if times > 1] == []
    assert all(any("一" <= c <= "鿿" for c in place.name_zh) for place in hongqiao.places.values())


def test_the_calendar_knows_the_days_that_change_the_hub(hongqiao: Site) -> None:
    assert hongqiao.days["2026-02-17"] == "holiday"
    assert hongqiao.days["2026-02-03"] == "spring_rush"
    assert hongqiao.days["2026-11-05"] == "import_expo"
    assert "2026-07-15" not in hongqiao.days  # an ordinary Wednesday
    assert set(hongqiao.days.values()) <= hongqiao.day_types.keys()
    assert all(date.fromisoformat(day) for day in hongqiao.days)


def test_maintenance_reaches_the_sources_it_names_and_no_others(hongqiao: Site) -> None:
    windows = defaultdict(set)
    for (feed, key), source in hongqiao.sources.items():
        if source.maintenance:
            windows[feed].add(key)
    assert windows["transport.road"] == {f"loop-g15-k01-{n}" for n in (1, 2, 3)}
    ((start_ms, end_ms),) = hongqiao.sources["transport.road", "loop-g15-k01-1"].maintenance
    zone = ZoneInfo("Asia/Shanghai")
    assert start_ms == datetime(2026, 7, 16, 1, tzinfo=zone).timestamp() * 1000
    assert end_ms - start_ms == 3.5 * 3_600_000
