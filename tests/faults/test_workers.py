"""Workers that are told to stop, that come and go, and more of them than there is work."""

from __future__ import annotations

import random
import signal
import time

import pytest

from tests.faults.conftest import NewRig
from tests.faults.rig import MARKS, PARTITIONS, STOP_SECONDS, violations

pytestmark = [*MARKS, pytest.mark.faults]

STORM_SECONDS = 300
EVERY_SECONDS = 5


def test_told_to_stop(new_rig: NewRig) -> None:
    """The other takes over; nothing of what the first one has said is said again."""
    rig = new_rig(workers=2)
    leaving = rig.workers.pop()
    began = time.monotonic()
    leaving.process.send_signal(signal.SIGTERM)
    took_over = rig.await_new_progress("by the other")
    status = leaving.process.wait(STOP_SECONDS)
    ended = time.monotonic() - began
    rig.tell(f"taken over and durable after {took_over:.1f} s (3); ended after {ended:.1f} s")
    assert status == 0
    assert violations(rig.finish()) == {}


def test_come_and_go(new_rig: NewRig, rng: random.Random) -> None:
    rig = new_rig(workers=2)
    longest = 0.0
    until = time.monotonic() + STORM_SECONDS
    while time.monotonic() < until:
        if len(rig.workers) > PARTITIONS or (len(rig.workers) > 1 and rng.random() < 0.5):
            leaving = rig.workers.pop(rng.randrange(len(rig.workers)))
            leaving.stop()
        else:
            rig.add_worker()
        rig.pause(EVERY_SECONDS)
        longest = max(longest, rig.await_progress("in the storm"))
    rig.tell(f"longest without progress on a partition: {EVERY_SECONDS} + {longest:.1f} s at most")
    assert violations(rig.finish()) == {}


def test_more_than_partitions(new_rig: NewRig, rng: random.Random) -> None:
    rig = new_rig(workers=PARTITIONS + 2)
    for _ in range(3):
        victim = rng.choice(rig.workers)
        victim.kill()
        victim.launch()
        rig.tell(f"progress after {rig.await_new_progress('with idle workers'):.1f} s")
    assert all(not worker.ended for worker in rig.workers), rig.last_words()
    assert violations(rig.finish()) == {}
