"""Workers that are killed, at random moments and between any two steps of making state durable."""

from __future__ import annotations

import random

import pytest

from tests.faults.conftest import NewRig
from tests.faults.rig import violations

pytestmark = [pytest.mark.servers]


def kill(new_rig: NewRig, rng: random.Random, times: int) -> None:
    rig = new_rig(workers=2)
    for _ in range(times):
        rig.pause(rng.uniform(0.2, 3))
        victim = rng.choice(rig.workers)
        victim.kill()
        victim.launch()
    after = rig.await_progress("after the kills")
    rig.tell(f"{times} kills; progress on every partition {after:.1f} s after the last")
    assert violations(rig.finish()) == {}


def test_kill_9_now_and_then(new_rig: NewRig, rng: random.Random) -> None:
    kill(new_rig, rng, 5)
