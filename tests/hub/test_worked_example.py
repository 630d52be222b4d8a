"""The balance worked out by hand, and again by a second, naive way of computing it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.hub.picture import HubPicture, Profile
from tests.hub.conftest import DISPERSAL, MINUTE_MS, NOW_MS, STEP_MS, NewHub, Tell, bin_of

STEPS = 18


def profiles(picture: HubPicture) -> dict[str, Profile]:
    return {profile.mode: profile for profile in picture.profiles}


def number(picture: HubPicture, place: str, quantity: str) -> float:
    value = picture.values[place][f"dispersal.{quantity}"].value
    assert value is not None
    return value


def test_by_hand(new_hub: NewHub, tell: Tell) -> None:
    """600 passengers land now: 300 come out in each of the next two steps, half of them for each
    mode. The line takes 100 a step, the rank 20 and has 10 waiting.

        line:  0 → 50 → 100 → 0                        limit 120, never reached
        rank: 10 → 10+150−20 = 140 → 270 → 250 → …    limit 100, after 5·90/130 = 3.46 minutes
    """
    told = tell(line=100, rank=20, waiting=(0, 10), air=(bin_of(NOW_MS, 600),))
    picture = new_hub().step(told, NOW_MS)
    line, rank = profiles(picture)["hub.line"], profiles(picture)["hub.rank"]
    assert line.queue[:4] == (0, 50, 100, 0)
    assert rank.queue[:4] == (10, 140, 270, 250)
    assert rank.demand[:3] == (150, 150, 0)

    assert number(picture, "hub.rank", "minutes_to_saturation") == pytest.approx(5 * 90 / 130)
    assert number(picture, "hub.line", "minutes_to_saturation") == 90
    assert picture.values["hub.line"]["dispersal.minutes_to_saturation"].at_least
    assert picture.values["hub.line"]["dispersal.minutes_to_saturation"].status == "ok"

    hub = picture.values["hub"]
    assert number(picture, "hub", "minutes_to_saturation") == pytest.approx(5 * 90 / 130)
    assert hub["dispersal.minutes_to_saturation"].decided_by == "hub.rank"
    assert hub["dispersal.minutes_to_all_saturated"].at_least
    assert number(picture, "hub", "demand_per_5min") == 300
    assert number(picture, "hub", "capacity_per_5min") == 120
    assert number(picture, "hub", "deficit_per_5min") == 50 + 130
    assert number(picture, "hub", "queue_persons") == 10
    assert number(picture, "hub", "stranded_persons") == 0

    # arrivals 720 and capacity 0.7 × 20: 10 → 10+180−14 = 176, and 480, 24: 10 → 106
    earliest = number(picture, "hub.rank", "minutes_to_saturation_earliest")
    latest = number(picture, "hub.rank", "minutes_to_saturation_latest")
    assert earliest == pytest.approx(5 * 90 / 166)
    assert latest == pytest.approx(5 * 90 / 96)

    assert picture.first_saturated == "hub.rank"
    assert [(c.source, c.arrived_at_ms, c.persons) for c in picture.contributors] == [
        ("hub.air", NOW_MS, 150),
        ("", None, 10),
    ]
    assert sum(c.share for c in picture.contributors) == pytest.approx(1)


def test_who_is_only_passing_does_not_queue(new_hub: NewHub, tell: Tell) -> None:
    """300 want the line in these 5 minutes; each stands there 2 minutes anyway: 120 of the 150."""
    queue = {"places": ["hub.line"], "measure": "crowd.count_persons", "passing_minutes": 2}
    hub = new_hub(line={"queue": queue})
    told = tell(line=500, waiting=(150, 0), air=(bin_of(NOW_MS, 1200),))
    assert profiles(hub.step(told, NOW_MS))["hub.line"].queue[0] == pytest.approx(30)
    told = tell(line=500, waiting=(90, 0), air=(bin_of(NOW_MS, 1200),))
    assert profiles(hub.step(told, NOW_MS))["hub.line"].queue[0] == 0


def naive(
    bins: dict[str, list[tuple[int, int]]],
    *,
    now_ms: int,
    last_ms: int,
    capacity: tuple[int, int],
    waiting: tuple[int, int],
) -> tuple[list[Fraction], list[Fraction]]:
    """The same two queues minute by minute, in exact fractions, from the text of the definition."""
    kernels = {"hub.air": [Fraction(1, 2), Fraction(1, 2)], "hub.rail": [Fraction(1)]}
    coming: dict[int, Fraction] = {}
    for place, rows in bins.items():
        for start_ms, passengers in rows:
            for lag, share in enumerate(kernels[place]):
                for minute in range(5):
                    at = (start_ms - now_ms) // MINUTE_MS + 5 * lag + minute
                    coming[at] = coming.get(at, Fraction(0)) + passengers * share / 5
    queues = [Fraction(n) for n in waiting]
    lines, ranks = [queues[0]], [queues[1]]
    for step in range(STEPS):
        minutes = range(5 * step, 5 * step + 5)
        wanted = sum((coming.get(minute, Fraction(0)) for minute in minutes), Fraction(0)) / 2
        runs = Fraction(sum(now_ms + m * MINUTE_MS < last_ms for m in minutes), 5)
        away = wanted * (1 - runs) * Fraction(4, 5)
        lines.append(max(Fraction(0), lines[-1] + wanted - away - capacity[0] * runs))
        ranks.append(max(Fraction(0), ranks[-1] + wanted + away - capacity[1]))
    return lines, ranks


services = st.lists(st.tuples(st.integers(-4, STEPS - 1), st.integers(0, 900)), max_size=8)


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    air=services,
    rail=services,
    minute=st.integers(0, 4),
    last=st.integers(1, 120),
    capacity=st.tuples(st.integers(1, 300), st.integers(1, 300)),
    waiting=st.tuples(st.integers(0, 200), st.integers(0, 200)),
)
def test_against_a_naive_computation(
    new_hub: NewHub, tell: Tell, air: Any, rail: Any, minute: int, last: int, **given: Any
) -> None:
    now_ms, last_ms = NOW_MS + minute * MINUTE_MS, NOW_MS + (minute + last) * MINUTE_MS
    rows = {
        place: sorted({NOW_MS + step * STEP_MS: n for step, n in found}.items())
        for place, found in (("hub.air", air), ("hub.rail", rail))
    }
    capacity, waiting = given["capacity"], given["waiting"]
    told = tell(
        now_ms,
        line=float(capacity[0]),
        rank=float(capacity[1]),
        waiting=waiting,
        last=last_ms,
        air=tuple(bin_of(*row) for row in rows["hub.air"]),
        rail=tuple(bin_of(*row) for row in rows["hub.rail"]),
    )
    picture = new_hub().step(told, now_ms)
    line, rank = naive(rows, now_ms=now_ms, last_ms=last_ms, capacity=capacity, waiting=waiting)
    assert profiles(picture)["hub.line"].queue == pytest.approx([float(n) for n in line])
    assert profiles(picture)["hub.rank"].queue == pytest.approx([float(n) for n in rank])
    left = float(line[-1]) if last_ms <= now_ms + 85 * MINUTE_MS else 0.0
    assert number(picture, "hub", "stranded_persons") == pytest.approx(left)


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    air=services,
    waiting=st.tuples(st.integers(0, 200), st.integers(0, 200)),
    last=st.integers(1, 120),
)
def test_everybody_who_comes_out_is_somewhere(
    new_hub: NewHub, tell: Tell, air: Any, waiting: Any, last: int
) -> None:
    """arrivals + queues at the start = served + queued + stranded; what one mode diverts, another
    takes up."""
    bins = tuple(bin_of(NOW_MS + step * STEP_MS, n) for step, n in dict(air).items())
    told = tell(waiting=waiting, air=bins, last=NOW_MS + last * MINUTE_MS)
    picture = new_hub().step(told, NOW_MS)
    out = sum(
        row.passengers
        * sum(
            share
            for lag, share in enumerate(DISPERSAL["sources"][0]["kernel"]["shares"])
            if 0 <= (row.start_ms - NOW_MS) // STEP_MS + lag < STEPS
        )
        for row in bins
    )
    rows = profiles(picture).values()
    served = sum(
        row.queue[k] + row.demand[k] - row.queue[k + 1] for row in rows for k in range(STEPS)
    )
    left = sum(row.queue[-1] for row in rows)
    stranded = number(picture, "hub", "stranded_persons")
    assert sum(sum(row.demand) for row in rows) == pytest.approx(out)
    assert out + sum(waiting) == pytest.approx(served + left)
    assert stranded <= left + 1e-9
