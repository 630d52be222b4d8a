"""Queues and filling places: Little's law by hand; getting worse never makes it better."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domains.flow import (
    LONGEST_FILL_MINUTES,
    LONGEST_WAIT_MINUTES,
    minutes_to_full,
    occupied_ratio,
    waiting_minutes,
)

amounts = st.floats(min_value=0, max_value=1e6, allow_subnormal=False)


def test_little_by_hand() -> None:
    assert waiting_minutes(120, 15) == 8.0  # 120 persons, 15 a minute
    assert waiting_minutes(0, 0) == 0.0
    assert waiting_minutes(1, 0) == LONGEST_WAIT_MINUTES  # nobody is served
    assert waiting_minutes(10_000, 1) == LONGEST_WAIT_MINUTES


@given(amounts, amounts, amounts, amounts)
def test_a_longer_queue_or_a_slower_service_never_waits_less(
    queue: float, more: float, served: float, faster: float
) -> None:
    wait = waiting_minutes(queue, served)
    assert 0 <= wait <= LONGEST_WAIT_MINUTES
    assert waiting_minutes(queue + more, served) >= wait
    assert waiting_minutes(queue, served + faster) <= wait


def test_filling_by_hand() -> None:
    assert minutes_to_full(1000, 700, 20, 5) == 20.0  # 300 left, 15 more a minute
    assert minutes_to_full(1000, 1000, 0, 50) == 0.0
    assert minutes_to_full(1000, 999, 5, 5) == LONGEST_FILL_MINUTES
    assert minutes_to_full(1000, 0, 5, 50) == LONGEST_FILL_MINUTES
    assert minutes_to_full(None, 700, 20, 5) is None


@given(st.integers(1, 10**6), amounts, amounts, amounts, amounts)
def test_a_fuller_place_or_a_stronger_inflow_is_never_full_later(
    capacity: int, occupied: float, entered: float, left: float, more: float
) -> None:
    minutes = minutes_to_full(capacity, occupied, entered, left)
    fuller = minutes_to_full(capacity, occupied + more, entered, left)
    stronger = minutes_to_full(capacity, occupied, entered + more, left)
    assert minutes is not None
    assert fuller is not None
    assert stronger is not None
    assert 0 <= fuller <= minutes <= LONGEST_FILL_MINUTES
    assert stronger <= minutes


def test_the_share_of_a_capacity() -> None:
    assert occupied_ratio(400, 500) == pytest.approx(1.25)
    assert occupied_ratio(None, 500) is None
