"""Ranks and car parks, by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from streams.domains import parking, rank
from streams.fusion.measure import Context

NewContext = Callable[..., Context]


def test_a_rank(new_context: NewContext) -> None:
    context = new_context("taxi_rank")
    assert rank.throughput(context, 12.0, 1.5) == pytest.approx(18.0)
    assert rank.wait_minutes(context, 270.0, 18.0) == pytest.approx(15.0)
    assert rank.wait_minutes(context, 270.0, 0.0) == 240.0


def test_a_car_park(new_context: NewContext) -> None:
    context = new_context("parking", capacity=2000)
    assert parking.occupancy_ratio(context, 1850.0) == pytest.approx(0.925)
    assert parking.time_to_full(context, 1850.0, 9.0, 4.0) == pytest.approx(30.0)
    unknown = new_context("parking")
    assert parking.occupancy_ratio(unknown, 1850.0) is None
    assert parking.time_to_full(unknown, 1850.0, 9.0, 4.0) is None
