"""The broker is restarted, killed, killed again and again, and stands still."""

from __future__ import annotations

import random

import pytest

from tests.faults.conftest import NewRig
from tests.faults.rig import MARKS, Rig, violations

pytestmark = [*MARKS, pytest.mark.faults]


def goes_on(rig: Rig, what: str) -> None:
    after = rig.await_progress(what)
    rig.tell(f"{what}: progress after {after:.1f} s; {rig.endings()}")


def test_restarted(new_rig: NewRig, rng: random.Random) -> None:
    rig = new_rig(workers=2)
    rig.pause(rng.uniform(1, 3))
    rig.broker.stop()
    rig.pause(2)
    rig.broker.start()
    goes_on(rig, "broker restarted")
    assert violations(rig.finish()) == {}


def test_killed(new_rig: NewRig, rng: random.Random) -> None:
    rig = new_rig(workers=2)
    rig.pause(rng.uniform(1, 3))
    rig.broker.collect()
    rig.pause(2)
    rig.broker.start()
    goes_on(rig, "broker killed")
    assert violations(rig.finish()) == {}


def test_restarted_ten_times(new_rig: NewRig, rng: random.Random) -> None:
    rig = new_rig(workers=2)
    for number in range(10):
        if rng.random() < 0.5:
            rig.broker.stop()
        else:
            rig.broker.collect()
        rig.broker.start()
        rig.tell(f"restart {number + 1}")
        rig.pause(rng.uniform(0, 4))
    goes_on(rig, "broker restarted ten times")
    assert violations(rig.finish()) == {}


def test_stands_still(new_rig: NewRig) -> None:
    rig = new_rig(workers=2)
    rig.freeze_broker()
    rig.pause(30)
    rig.wake_broker()
    goes_on(rig, "broker stood still for 30 s")
    assert violations(rig.finish()) == {}
