"""Rain and ponding against the tables of the weather services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domains import catalogue
from streams.domains.water import ponding_level, rain_warning_level, unpumped_cm
from streams.fusion.measure import Context

NewContext = Callable[..., Context]
HANGZHOU = "330100"
YEAR_2010_MS = round(datetime(2010, 7, 1, tzinfo=UTC).timestamp() * 1000)

# 1 h, 3 h, 6 h, 12 h → level; Shanghai: 35/50/80/100 mm in 1 h or 50/80/100/150 mm in 6 h
SHANGHAI = [
    ((34.9, 40, 49.9, 60), 0),
    ((35, 35, 35, 35), 1),
    ((10, 30, 50, 60), 1),
    ((50, 50, 50, 50), 2),
    ((10, 40, 80, 90), 2),
    ((80, 80, 80, 80), 3),
    ((20, 60, 100, 110), 3),
    ((100, 100, 100, 100), 4),
    ((30, 90, 150, 160), 4),
]
# order 16: blue 50 mm in 12 h, yellow 50 in 6 h, orange 50 in 3 h, red 100 in 3 h
NATIONAL = [
    ((49, 49, 49, 49), 0),
    ((5, 10, 30, 50), 1),
    ((5, 30, 50, 50), 2),
    ((40, 50, 50, 50), 3),
    ((60, 100, 100, 100), 4),
    ((99, 99, 99, 99), 3),
]


@pytest.mark.parametrize(("rain", "level"), SHANGHAI)
def test_shanghai(rain: tuple[float, ...], level: int, new_context: NewContext) -> None:
    assert rain_warning_level(new_context("rain_station"), *rain) == level


@pytest.mark.parametrize(("rain", "level"), NATIONAL)
def test_elsewhere_and_before_shanghai_had_its_own(
    rain: tuple[float, ...], level: int, new_context: NewContext
) -> None:
    assert rain_warning_level(new_context(area=HANGZHOU), *rain) == level
    assert rain_warning_level(new_context(at_ms=YEAR_2010_MS), *rain) == level


def test_without_any_table_the_level_is_unknown(new_context: NewContext) -> None:
    assert rain_warning_level(new_context(without=("water.rain",)), 200, 200, 200, 200) is None


@given(st.sampled_from(("310112", HANGZHOU)), st.lists(st.floats(0, 300), min_size=8, max_size=8))
def test_more_rain_is_never_a_lower_level(
    new_context: NewContext, area: str, amounts: list[float]
) -> None:
    context = new_context(area=area)
    less = [min(pair) for pair in zip(amounts[:4], amounts[4:], strict=True)]
    more = [max(pair) for pair in zip(amounts[:4], amounts[4:], strict=True)]
    lower, higher = rain_warning_level(context, *less), rain_warning_level(context, *more)
    assert lower is not None
    assert higher is not None
    assert lower <= higher


def test_ponding_ladder(new_context: NewContext) -> None:
    ladder = [(0, 0), (4.9, 0), (5, 1), (14.9, 1), (15, 2), (25, 3), (39.9, 3), (40, 4), (600, 4)]
    context = new_context("underpass")
    assert [ponding_level(context, cm) for cm, _ in ladder] == [level for _, level in ladder]
    assert ponding_level(new_context(without=("water.ponding.level_3",)), 50.0) is None


@pytest.mark.parametrize(
    ("kind", "follows"),
    [
        ("underpass", {"water.ponding_cm", "water.ponding_level", "water.unpumped_cm"}),
        ("pumping_station", set()),
    ],
)
def test_a_well_has_a_depth_and_nothing_stands_there(
    kind: str, follows: set[str], new_context: NewContext
) -> None:
    rows = catalogue()
    read = {row.key for row in rows.measures.values() if row.kind == "water_level"}
    assert read == {"water.depth_cm", "water.pump_running_ratio"}
    assert {row.key for row in rows.applicable(new_context(kind).place, read)} == follows
    # else a parent would take the level of a well for ponding
    assert not any(rows.measures[key].roll_up for key in read)


def test_water_without_a_pump(new_context: NewContext) -> None:
    assert unpumped_cm(new_context(), 22.0, 0.0) == 22.0
    assert unpumped_cm(new_context(), 22.0, 0.5) == 0.0
