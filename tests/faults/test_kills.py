"""Workers that are killed, at random moments and between any two steps of making state durable."""

from __future__ import annotations

import random
from typing import get_args

import pytest

from streams.runtime.failpoints import Point
from tests.faults.conftest import NewRig
from tests.faults.rig import MARKS, Rig, violations

pytestmark = MARKS

POINTS: tuple[Point, ...] = get_args(Point)


def kill(rig: Rig, rng: random.Random, times: int) -> None:
    """At random moments; those in which it is still starting, or taking over, are among them."""
    for _ in range(times):
        rig.pause(rng.uniform(0.2, 5))
        victim = rng.choice(rig.workers)
        victim.kill()
        victim.launch()
    after = rig.await_progress("after the kills")
    rig.tell(f"{times} kills; progress on every partition {after:.1f} s after the last")


def end_at(rig: Rig, rng: random.Random, point: Point) -> None:
    """One worker ends there, and is started again."""
    victim = rng.choice(rig.workers)
    passes, ended = rng.randint(2, 6), len(victim.ended)
    rig.lead_to(victim, f"{point}:{passes}", lambda: len(victim.ended) > ended)
    after = rig.await_progress(f"after {point}")
    rig.tell(f"ended at {point}, pass {passes}; progress after {after:.1f} s")


def test_killed_now_and_then(new_rig: NewRig, rng: random.Random) -> None:
    rig = new_rig(workers=2)
    kill(rig, rng, 4)
    for point in rng.sample(POINTS, 2):
        end_at(rig, rng, point)
    assert violations(rig.finish()) == {}


@pytest.mark.faults
def test_killed_fifty_times(new_rig: NewRig, rng: random.Random) -> None:
    rig = new_rig(workers=2)
    kill(rig, rng, 50)
    assert violations(rig.finish()) == {}


@pytest.mark.faults
@pytest.mark.parametrize("point", POINTS)
def test_killed_at(point: Point, new_rig: NewRig, rng: random.Random) -> None:
    rig = new_rig(workers=2)
    for _ in range(3):
        end_at(rig, rng, point)
    assert violations(rig.finish()) == {}


@pytest.mark.faults
def test_partitions_go_on_soon_after_a_kill(new_rig: NewRig, rng: random.Random) -> None:
    """With another worker that takes over, and with one alone that is started again."""
    rig = new_rig(workers=2)
    took: list[float] = []
    for _ in range(4):
        victim = rng.choice(rig.workers)
        victim.kill()
        victim.launch()
        took.append(rig.await_new_progress("after a kill"))
        rig.pause(3)
    rig.tell(f"progress on every partition after {', '.join(f'{s:.1f}' for s in took)} s (8)")
    assert violations(rig.finish()) == {}
