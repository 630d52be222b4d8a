"""The queue recursion: nobody is lost, and more room is never worse."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.hub.balance import STEP_MINUTES, STEPS, Supply, course, minutes_until_over

persons = st.floats(0, 5_000)
steps = st.lists(persons, min_size=STEPS, max_size=STEPS)
ahead = st.lists(persons, min_size=STEPS + 1, max_size=STEPS + 1)


@st.composite
def supplies(draw: Any) -> Supply:
    most = draw(st.one_of(st.just([float("inf")] * STEPS), steps))
    return Supply(rate=tuple(draw(steps)), most=tuple(most), stock=draw(persons))


@given(persons, steps, supplies())
def test_nobody_is_lost_and_nobody_served_twice(
    queue: float, demand: list[float], supply: Supply
) -> None:
    found = course(queue, demand, supply)
    assert queue + sum(demand) == pytest.approx(found.served + found.waiting[-1])
    for step in range(STEPS):
        served = found.waiting[step] + demand[step] - found.waiting[step + 1]
        assert -1e-6 <= served <= found.capacity[step] + 1e-6
    assert sum(found.capacity) >= found.served - 1e-6
    # vehicles that stand ready are used once
    assert found.served <= sum(supply.rate) + supply.stock + 1e-6


@given(persons, steps, supplies(), steps, persons, persons)
def test_more_room_never_fills_earlier_and_more_people_never_later(
    queue: float, demand: list[float], supply: Supply, extra: list[float], stock: float, most: float
) -> None:
    limit = most + 1
    before = course(queue, demand, supply)
    roomier = Supply(
        tuple(map(sum, zip(supply.rate, extra, strict=True))),
        tuple(map(sum, zip(supply.most, extra, strict=True))),
        supply.stock + stock,
    )
    fuller = course(queue + stock, [a + b for a, b in zip(demand, extra, strict=True)], supply)
    never = float("inf")

    def minutes(waiting: tuple[float, ...]) -> float:
        found = minutes_until_over([(waiting, limit)])
        return never if found is None else found

    assert minutes(course(queue, demand, roomier).waiting) >= minutes(before.waiting) - 1e-6
    assert minutes(fuller.waiting) <= minutes(before.waiting) + 1e-6


@given(st.lists(st.tuples(ahead, persons), min_size=1, max_size=3))
def test_saturation_is_the_first_instant_at_which_all_are_over(
    queues: list[tuple[list[float], float]],
) -> None:
    def over(minutes: float, slack: float) -> bool:
        step = min(int(minutes / STEP_MINUTES), STEPS - 1)
        part = minutes / STEP_MINUTES - step
        return all(
            waiting[step] * (1 - part) + waiting[step + 1] * part >= limit - slack
            for waiting, limit in queues
        )

    found = minutes_until_over(queues)
    end = STEPS * STEP_MINUTES if found is None else found
    if found is not None:
        assert over(found, 1e-3)
    samples = [n / 4 for n in range(STEPS * STEP_MINUTES * 4)]
    assert not any(over(minutes, -1e-3) for minutes in samples if minutes < end)


def test_vehicles_nobody_needs_wait_for_the_wave() -> None:
    demand = [0.0, 0.0, 300.0, *[0.0] * (STEPS - 3)]
    supply = Supply(rate=(50.0,) * STEPS, most=(200.0,) * STEPS, stock=120.0)
    found = course(0.0, demand, supply)
    assert found.capacity[:4] == (170.0, 170.0, 170.0, 50.0)
    assert found.waiting[2:6] == (0.0, 130.0, 80.0, 30.0)
