"""The way from a value down to what decided it."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from schemas.value import Status, Value
from streams.cli.why import Step, chain, path
from streams.domains import catalogue
from tests.town import town

COUNT = "crowd.count_persons"
DENSITY = "crowd.density_per_m2"
SERVICE = "crowd.level_of_service"
Told = dict[str, dict[str, Value]]


def value(measure: str, status: Status = "ok", reason: str = "", decided_by: str = "") -> Value:
    number = None if status == "unknown" else 1.0
    return Value(measure, status, number, reason=reason, decided_by=decided_by, expected=2)


def told(**places: list[Value]) -> Told:
    return {key.replace("_", "."): {v.measure: v for v in found} for key, found in places.items()}


def ways(picture: Told, place: str, measure: str) -> list[Step]:
    return path(lambda key: picture.get(key, {}), catalogue(), town(), place, measure)


def named(steps: list[Step]) -> list[tuple[int, str, str]]:
    return [(step.depth, step.place, step.value.measure) for step in steps]


def test_an_input_that_is_unknown_is_followed_to_its_own_reason() -> None:
    picture = told(
        hall_east=[
            value(SERVICE, "unknown", f"input:{DENSITY}"),
            value(DENSITY, "unknown", f"input:{COUNT}"),
            value(COUNT, "unknown", "silent"),
        ]
    )
    steps = ways(picture, "hall.east", SERVICE)
    assert named(steps) == [
        (0, "hall.east", SERVICE),
        (1, "hall.east", DENSITY),
        (2, "hall.east", COUNT),
    ]
    assert chain(steps) == f"{DENSITY} ← {COUNT} ← 设备均无信号 every source is silent 0/2"


def test_a_value_that_is_known_is_followed_too() -> None:
    picture = told(hall_east=[value(DENSITY), value(COUNT)])
    assert named(ways(picture, "hall.east", DENSITY)) == [
        (0, "hall.east", DENSITY),
        (1, "hall.east", COUNT),
    ]


def test_a_parent_leads_to_the_child_in_doubt_and_to_the_one_that_decided() -> None:
    picture = told(
        hall=[value(COUNT, "suspect", "frozen", decided_by="hall.west")],
        hall_east=[value(COUNT, "suspect", "frozen")],
        hall_west=[value(COUNT)],
    )
    steps = ways(picture, "hall", COUNT)
    assert named(steps) == [(0, "hall", COUNT), (1, "hall.east", COUNT), (1, "hall.west", COUNT)]
    assert chain(steps).startswith("hall.east ← 数值长时间不变")


def test_a_child_that_is_unknown_comes_before_the_one_that_decided() -> None:
    picture = told(
        hall=[value(COUNT, "suspect", "unknown:hall.east", decided_by="hall.west")],
        hall_east=[value(COUNT, "unknown", "coverage")],
        hall_west=[value(COUNT)],
    )
    assert [step.place for step in ways(picture, "hall", COUNT)] == [
        "hall",
        "hall.east",
        "hall.west",
    ]


def test_what_nobody_has_told_of_ends_the_way() -> None:
    picture = told(hall=[value(COUNT, "suspect", "unknown:hall.east", decided_by="hall.west")])
    assert chain(ways(picture, "hall", COUNT)) == "下级未知 unknown below: hall.east 0/2"


places = st.sampled_from(["town", "hall", "hall.east", "hall.west", "road", "road.one", "nowhere"])
measures = st.sampled_from([COUNT, DENSITY, SERVICE])
reasons = st.one_of(
    st.sampled_from(["", "frozen", "silent", "a-new-code"]),
    measures.map("input:{}".format),
    places.map("unknown:{}".format),
)
values = st.builds(
    value, measures, st.sampled_from(["ok", "suspect", "unknown"]), reasons, places | st.just("")
)


@given(st.dictionaries(places, st.lists(values, max_size=3)), places, measures)
def test_any_picture_has_an_end(found: dict[str, list[Value]], place: str, measure: str) -> None:
    """Even one that leads in circles; each value is told once, one step deeper than its cause."""
    picture = {key: {v.measure: v for v in each} for key, each in found.items()}
    steps = ways(picture, place, measure)
    seen = [(step.place, step.value.measure) for step in steps]
    assert len(seen) == len(set(seen))
    assert bool(steps) == (measure in picture.get(place, {}))
    for before, step in pairwise(steps):
        assert 1 <= step.depth <= before.depth + 1
    if steps:
        chain(steps)
