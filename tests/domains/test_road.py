"""Grades and indices of roads against their tables."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domains.road import congestion_index, congestion_state, speed_grade, travel_time_index
from streams.fusion.measure import Context
from streams.site.kinds import ROAD_CLASSES

NewContext = Callable[..., Context]

# a paper on Chinese urban road states: grade 1 above the first speed … 5 at or below the last
GRADES = {
    "expressway": (65, 50, 35, 20),
    "arterial": (40, 30, 20, 15),
    "secondary": (35, 25, 15, 10),
}


@pytest.mark.parametrize("road_class", ROAD_CLASSES)
def test_speed_grades_by_class(road_class: str, new_context: NewContext) -> None:
    context = new_context("road_segment", attributes={"road_class": road_class})
    for grade, cut in enumerate(GRADES[road_class], start=1):
        assert speed_grade(context, cut + 0.1) == grade
        assert speed_grade(context, cut) == grade + 1


def test_without_class_or_free_flow_speed_nothing_is_known(new_context: NewContext) -> None:
    context = new_context("road")
    assert speed_grade(context, 30.0) is None
    assert congestion_index(context, 30.0) is None
    assert travel_time_index(context, 30.0) is None


def test_indices_by_hand(new_context: NewContext) -> None:
    context = new_context("road_segment", attributes={"free_flow_kmh": 80.0})
    assert congestion_index(context, 20.0) == pytest.approx(75.0)
    assert congestion_index(context, 90.0) == 0.0  # faster than free traffic
    assert travel_time_index(context, 40.0) == pytest.approx(2.0)
    assert travel_time_index(context, 0.0) == pytest.approx(80.0)  # as at 1 km/h


def test_states_begin_at_30_50_and_70(new_context: NewContext) -> None:
    states = [(0, 1), (29.9, 1), (30, 2), (49.9, 2), (50, 3), (69.9, 3), (70, 4), (100, 4)]
    context = new_context("road_segment")
    assert [congestion_state(context, index) for index, _ in states] == [s for _, s in states]


def test_the_index_of_shanghai_is_not_graded_elsewhere(new_context: NewContext) -> None:
    assert congestion_state(new_context("road_segment", area="330100"), 60.0) is None


speeds = st.floats(min_value=0, max_value=250)


@given(st.sampled_from(ROAD_CLASSES), speeds, speeds, st.floats(min_value=10, max_value=130))
def test_a_lower_speed_is_never_graded_better(
    new_context: NewContext, road_class: str, one: float, other: float, free_flow: float
) -> None:
    slow, fast = sorted((one, other))
    context = new_context(
        "road_segment", attributes={"road_class": road_class, "free_flow_kmh": free_flow}
    )
    for formula in (speed_grade, congestion_index, travel_time_index):
        worse, better = formula(context, slow), formula(context, fast)
        assert worse is not None
        assert better is not None
        assert worse >= better
