"""Counts replace priors once there are enough of them, and forecasts are held to account."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.value import Situation
from streams.hub.learning import count_split, decay, learn_kernel
from streams.hub.picture import HubPicture
from streams.hub.score import compare, hit_ratio, mean_error, promise
from streams.hub.state import LearntKernel, Score
from tests.hub.conftest import NOW_MS, STEP_MS, NewHub, Tell, bin_of, number

LEFT, ENTERED = "crowd.left_per_min", "crowd.entered_per_min"
PRIOR = [0.5, 0.3, 0.2, 0.0]


def error(shares: list[float], true: list[float]) -> float:
    return sum(abs(a - b) for a, b in zip(shares, true, strict=True))


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32), st.floats(0.4, 1.5))
def test_the_kernel_moves_towards_the_true_one(seed: int, counted: float) -> None:
    """Whatever steady part of the arrivals the gates count."""
    source, true = random.Random(seed), [0.1, 0.2, 0.4, 0.3]
    bins = [bin_of(NOW_MS + n * STEP_MS, source.choice((0, 90, 400, 900))) for n in range(300)]
    kernel = LearntKernel(PRIOR)
    for step in range(4, 300):
        came = sum(bins[step - lag].passengers * share for lag, share in enumerate(true))
        end_ms = NOW_MS + (step + 1) * STEP_MS
        kernel = learn_kernel(kernel, bins[: step + 1], counted * came, end_ms, decay(48))
        assert sum(kernel.shares) == pytest.approx(1)
        assert min(kernel.shares) >= 0
    assert error(kernel.shares, true) < 0.25 * error(PRIOR, true)


def test_nobody_arriving_teaches_nothing() -> None:
    kernel = LearntKernel(PRIOR, steps=3)
    assert learn_kernel(kernel, [], 20, NOW_MS, 0.9) is kernel
    nobody_counted = learn_kernel(kernel, [bin_of(NOW_MS - STEP_MS, 100)], 0, NOW_MS, 0.9)
    assert (nobody_counted.shares, nobody_counted.steps) == (PRIOR, 3)


def test_old_counts_lose_half_their_weight() -> None:
    split = None
    for persons in [{"metro": 90.0, "taxi": 10.0}] * 200 + [{"metro": 10.0, "taxi": 90.0}] * 10:
        split = count_split(split, persons, decay(10))
    assert split is not None
    assert split.persons["metro"] == pytest.approx(split.persons["taxi"], rel=0.01)
    assert split.steps == pytest.approx(1 / (1 - decay(10)), rel=0.01)


def run(hub: Any, told: Callable[[int], dict[str, Situation]], *steps: int) -> HubPicture:
    for step in range(*steps):
        picture = hub.step(told(NOW_MS + step * STEP_MS), NOW_MS + step * STEP_MS)
    return picture  # type: ignore[no-any-return]


def test_a_counted_split_replaces_the_prior(new_hub: NewHub, tell: Tell) -> None:
    """The gates see three times as many go to the metro as to the taxis; the prior says as many."""
    counts = {
        "metro": [{"place": "hub.line", "measure": ENTERED}],
        "taxi": [{"place": "hub.rank", "measure": LEFT}],
    }
    kernel = {"shares": [1.0], "source": "test", "confidence": "ours"}
    learning = {"half_life_steps": 48, "minimum_steps": 4.5}
    hub = new_hub(air={"counts": counts, "kernel": kernel}, learning=learning)

    def told(at_ms: int, **more: Any) -> dict[str, Situation]:
        seen = {
            "hub.line": {ENTERED: number(ENTERED, 30.0, **more)},
            "hub.rank": {LEFT: number(LEFT, 10.0)},
        }
        return tell(at_ms, air=(bin_of(at_ms, 1000),), more=seen)

    # from 20:00 on; each step counts what passed in the one before
    before = run(hub, told, -6, -1)
    assert before.split == {"hub.air": "prior", "hub.rail": "prior"}
    after = run(hub, told, -1, 2)
    assert after.split == {"hub.air": "counted", "hub.rail": "prior"}
    assert after.profiles[0].demand[0] == pytest.approx(750)
    # the next hour has its own split
    assert run(hub, told, 2, 6).profiles[0].demand[0] == pytest.approx(750)
    assert run(hub, told, 6, 7).profiles[0].demand[0] == pytest.approx(500)

    # a doubtful or partial count teaches nothing
    for doubt in ({"status": "suspect"}, {"heard": 1, "expected": 2}):
        hub = new_hub(air={"counts": counts}, learning={"half_life_steps": 48, "minimum_steps": 2})
        run(hub, lambda at_ms, doubt=doubt: told(at_ms, **doubt), 6)
        assert hub.state.splits == {}


def test_a_closed_mode_teaches_no_split(new_hub: NewHub, tell: Tell) -> None:
    counts = {"metro": [{"place": "hub.line", "measure": ENTERED}]}
    hub = new_hub(air={"counts": counts}, learning={"half_life_steps": 48, "minimum_steps": 2})
    seen = {"hub.line": {ENTERED: number(ENTERED, 0.0)}}
    run(hub, lambda at_ms: tell(at_ms, last=NOW_MS, more=seen), 4)
    assert hub.state.splits == {}


def test_a_counted_kernel_replaces_the_prior(new_hub: NewHub, tell: Tell) -> None:
    """Everybody comes out at once; the prior has half of them come out a step later."""
    hub = new_hub(
        air={"exit_gates": ["hub.air"]}, learning={"half_life_steps": 48, "minimum_steps": 30}
    )
    sizes = [100 * (1 + n % 4) for n in range(80)]
    bins = tuple(bin_of(NOW_MS + n * STEP_MS, size) for n, size in enumerate(sizes))

    def told(at_ms: int) -> dict[str, Situation]:
        ended = (at_ms - NOW_MS) // STEP_MS - 1
        seen = {"hub.air": {LEFT: number(LEFT, sizes[ended] / 5 if ended >= 0 else 0.0)}}
        return tell(at_ms, air=bins, more=seen)

    assert run(hub, told, 20).kernel["hub.air"] == "prior"
    after = run(hub, told, 20, 80)
    assert after.kernel == {"hub.air": "counted", "hub.rail": "prior"}
    assert hub.state.kernels["hub.air"].shares[0] > 0.65


def test_forecasts_are_compared_with_counts() -> None:
    score = Score(promises=[])
    for step in range(20):
        now_ms = NOW_MS + step * STEP_MS
        compare(score, 50.0, now_ms)
        # every second promise holds 50, each errs by 10
        promise(score, now_ms, low=40 if step % 2 else 55, likely=60, high=70)
    assert len(score.promises) == 6
    assert hit_ratio(score) == pytest.approx(0.5, abs=0.05)
    assert mean_error(score) == pytest.approx(10)


def test_a_promise_nobody_counted_at_its_time_is_dropped() -> None:
    score = Score(promises=[])
    for late, counted in ((0, None), (3, 50.0)):
        promise(score, NOW_MS, low=0, likely=50, high=100)
        compare(score, counted, NOW_MS + (6 + late) * STEP_MS)
    assert score == Score(promises=[])
    assert hit_ratio(score) is None
    assert mean_error(score) is None


def test_the_score_is_shown_once_there_is_enough_of_it(new_hub: NewHub, tell: Tell) -> None:
    hub = new_hub()

    def told(at_ms: int) -> dict[str, Situation]:
        return tell(at_ms, line=100, air=(bin_of(at_ms, 400),), waiting=(20, 5))

    early = run(hub, told, 8).values["hub.line"]["dispersal.forecast_hit_ratio"]
    assert (early.value, early.reason) == (None, "few")
    late = run(hub, told, 8, 14).values
    assert late["hub.line"]["dispersal.forecast_error_persons"].value is not None
    assert late["hub"]["dispersal.forecast_hit_ratio"].value is not None
