"""Density and level of service against Fruin's tables."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domains.crowd import QUEUE_KINDS, WALKWAY_KINDS, density, level_of_service
from streams.fusion.measure import Context
from streams.site.kinds import KINDS

NewContext = Callable[..., Context]

# Fruin, Pedestrian Planning and Design (1971): the density at which each grade ends
WALKWAY = [(0.31, "A"), (0.43, "B"), (0.72, "C"), (1.08, "D"), (2.17, "E"), (4.0, "F")]
QUEUE = [(0.83, "A"), (1.08, "B"), (1.54, "C"), (3.59, "D"), (5.38, "E"), (7.0, "F")]


@pytest.mark.parametrize(("kind", "table"), [("walkway", WALKWAY), ("platform", QUEUE)])
def test_grades_of_the_two_tables(
    kind: str, table: list[tuple[float, str]], new_context: NewContext
) -> None:
    context = new_context(kind)
    for number, (ends_at, _) in enumerate(table, start=1):
        assert level_of_service(context, ends_at) == number
    for number, (ends_at, _) in enumerate(table[:-1], start=2):
        assert level_of_service(context, ends_at + 0.001) == number


def test_kinds_of_both_tables_exist_and_none_is_in_both() -> None:
    assert set(WALKWAY_KINDS) | set(QUEUE_KINDS) <= set(KINDS)
    assert not set(WALKWAY_KINDS) & set(QUEUE_KINDS)


def test_density_by_hand(new_context: NewContext) -> None:
    assert density(new_context("walkway", area_m2=250.0), 180.0) == pytest.approx(0.72)
    assert density(new_context("walkway"), 180.0) is None


def test_one_missing_threshold_leaves_the_grade_unknown(new_context: NewContext) -> None:
    context = new_context("walkway", without=("crowd.walkway.los_e",))
    assert level_of_service(context, 0.1) is None


@given(
    st.sampled_from((*WALKWAY_KINDS, *QUEUE_KINDS)),
    st.integers(0, 5000),
    st.integers(0, 5000),
    st.floats(min_value=1, max_value=5000),
)
def test_more_persons_never_have_a_better_level(
    new_context: NewContext, kind: str, persons: int, more: int, area_m2: float
) -> None:
    context = new_context(kind, area_m2=area_m2)
    few, many = density(context, persons), density(context, persons + more)
    assert few is not None
    assert many is not None
    better, worse = level_of_service(context, few), level_of_service(context, many)
    assert better is not None
    assert worse is not None
    assert 1 <= better <= worse <= 6
