"""Records that are wrong, twice, out of order, or of another time, in any number."""

from __future__ import annotations

import random

import pytest

from tests.faults.conftest import NewRig
from tests.faults.load import HOUR_MS
from tests.faults.rig import MARKS, violations

pytestmark = [*MARKS, pytest.mark.faults]

RUN_SECONDS = 15


@pytest.mark.parametrize("share", [0.001, 0.1, 1.0])
def test_a_poisoned_feed(share: float, new_rig: NewRig) -> None:
    """Of one department; the other's records are not held up by it."""
    rig = new_rig(workers=1, fates={"not-json": share}, fated="police.crowd")
    rig.pause(RUN_SECONDS)
    assert not rig.workers[0].restarts, "a bad record ends nobody"
    assert violations(rig.finish()) == {}


def test_repeated_and_out_of_order(new_rig: NewRig, rng: random.Random) -> None:
    rig = new_rig(workers=2, fates={"duplicate": 0.3, "late": 0.2, "conflict": 0.1})
    rig.pause(RUN_SECONDS)
    rng.choice(rig.workers).kill()
    rig.await_progress("after a kill")
    assert violations(rig.finish()) == {}


def test_of_the_future_and_ancient(new_rig: NewRig) -> None:
    rig = new_rig(workers=1, fates={"future": 0.2, "too-late": 0.2})
    rig.pause(RUN_SECONDS)
    assert violations(rig.finish()) == {}


def test_the_clock_of_the_departments_jumps(new_rig: NewRig, rng: random.Random) -> None:
    rig = new_rig(workers=2)
    for jump_ms in (20_000, -300_000, HOUR_MS, 0):
        rig.load.sensors.shift_ms = jump_ms
        rig.pause(rng.uniform(3, 6))
        victim = rng.choice(rig.workers)
        victim.kill()
        victim.launch()
    rig.await_progress("after the jumps")
    assert violations(rig.finish()) == {}
