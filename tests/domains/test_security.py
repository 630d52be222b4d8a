"""Security checks: wait, balance and rejects by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domains.security import lane_balance, reject_ratio, wait_minutes
from streams.fusion.measure import Context

NewContext = Callable[..., Context]


def test_by_hand(new_context: NewContext) -> None:
    context = new_context("security_lane_group")
    assert wait_minutes(context, 180.0, 22.5) == pytest.approx(8.0)
    # queues 40, 20, 12 before three open lanes: longest ÷ mean = 40 ÷ 24
    assert lane_balance(context, 40.0, 72.0, 3.0) == pytest.approx(5 / 3)
    assert reject_ratio(context, 0.5, 9.5) == pytest.approx(0.05)


def test_edges(new_context: NewContext) -> None:
    context = new_context("security_lane_group")
    assert lane_balance(context, 0.0, 0.0, 0.0) == 1.0
    assert lane_balance(context, 30.0, 30.0, 0.0) is None
    assert reject_ratio(context, 0.0, 0.0) is None
    assert wait_minutes(context, 5.0, 0.0) == 240.0


@given(st.lists(st.integers(0, 500), min_size=1, max_size=40))
def test_balance_is_one_for_even_queues_and_never_below(
    new_context: NewContext, queues: list[int]
) -> None:
    context = new_context("security_lane_group")
    ratio = lane_balance(context, max(queues), sum(queues), len(queues))
    assert ratio is not None
    assert ratio >= 1 - 1e-9
    if len(set(queues)) == 1:
        assert ratio == pytest.approx(1.0)
