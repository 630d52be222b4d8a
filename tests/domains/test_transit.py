"""Line traffic: headways and what can still be carried away, by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domains.transit import (
    fold,
    headway_adherence,
    last_departure,
    minutes_to_last_departure,
    onward_capacity,
)
from streams.fusion.measure import Context

NewContext = Callable[..., Context]
NewRecord = Callable[..., Any]
NOW_MS = 1_784_118_600_000
MINUTE_MS = 60_000


def test_capacity_by_hand(new_context: NewContext) -> None:
    context = new_context("metro_line")
    # a train every 150 s: two in 5 minutes, 2,480 each, a quarter free
    assert onward_capacity(context, 90.0, 150.0, 0.75, 2480.0) == pytest.approx(1240.0)
    # the last train leaves in 2.5 minutes: one train
    assert onward_capacity(context, 2.5, 150.0, 0.75, 2480.0) == pytest.approx(620.0)
    assert onward_capacity(context, 90.0, 150.0, 1.2, 2480.0) == 0.0  # overfull takes nobody
    assert headway_adherence(context, 360.0, 180.0) == 2.0


def test_after_the_last_train_nothing_is_carried_though_nobody_reports(
    new_context: NewContext,
) -> None:
    assert onward_capacity(new_context("metro_line"), 0.0, None, None, None) == 0.0


def test_what_a_running_line_does_not_tell_is_unknown(new_context: NewContext) -> None:
    context = new_context("metro_line")
    assert onward_capacity(context, 9.0, None, 0.5, 2000.0) is None
    assert onward_capacity(context, 9.0, 0.0, 0.5, 2000.0) is None
    assert onward_capacity(context, 9.0, 180.0, None, 2000.0) is None
    assert onward_capacity(context, 9.0, 180.0, 0.5, None) is None
    assert headway_adherence(context, 180.0, 0.0) is None


def test_the_last_departure_outlives_the_service_but_not_the_night(
    new_context: NewContext, new_record: NewRecord
) -> None:
    last_ms = NOW_MS + 150 * MINUTE_MS
    state = fold({}, new_record("transit_service", NOW_MS, last_departure_ms=last_ms))

    def minutes(at_ms: int) -> float | None:
        return minutes_to_last_departure(state, new_context("metro_line", at_ms=at_ms))

    assert minutes(NOW_MS) == 150.0
    assert minutes(last_ms - MINUTE_MS // 2) == 0.5
    assert minutes(last_ms + 7 * 60 * MINUTE_MS) == 0.0
    assert minutes(last_ms + 8 * 60 * MINUTE_MS) is None


def test_of_two_sources_the_earlier_end_counts_and_of_two_words_the_newer(
    new_context: NewContext, new_record: NewRecord
) -> None:
    state: dict[str, list[int]] = {}
    for source, at_ms, in_minutes in [("a", 2, 90), ("b", 0, 60), ("b", 2, 120), ("b", 1, 30)]:
        record = new_record(
            "transit_service",
            NOW_MS + at_ms,
            source=source,
            last_departure_ms=NOW_MS + in_minutes * MINUTE_MS,
        )
        state = fold(state, record)
    assert last_departure(state, new_context()) == NOW_MS + 90 * MINUTE_MS


@given(
    st.floats(0, 1000), st.floats(1, 3600), st.floats(0, 2), st.floats(0, 3000), st.floats(0, 600)
)
def test_a_longer_headway_or_a_fuller_train_never_carries_more(
    new_context: NewContext, left: float, headway: float, load: float, seats: float, more: float
) -> None:
    context = new_context("metro_line")
    capacity = onward_capacity(context, left, headway, load, seats)
    slower = onward_capacity(context, left, headway + more, load, seats)
    fuller = onward_capacity(context, left, headway, load + more, seats)
    assert capacity is not None
    assert slower is not None
    assert fuller is not None
    assert slower <= capacity
    assert 0 <= fuller <= capacity
