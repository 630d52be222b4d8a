"""Zombies: workers frozen until their partitions have moved, which then go on where they were."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from streams.runtime.failpoints import Point
from tests.faults.conftest import NewRig
from tests.faults.rig import DEADLINE_SECONDS, MARKS, Rig, Worker, violations

pytestmark = [*MARKS, pytest.mark.faults]


def frozen(worker: Worker) -> bool:
    stat = Path(f"/proc/{worker.process.pid}/stat").read_text()
    return stat.rpartition(")")[2].split()[0] == "T"


def freeze_at(rig: Rig, rng: random.Random, victim: Worker, point: Point | None) -> None:
    if point is None:
        rig.pause(rng.uniform(0.2, 2))
        victim.freeze()
        rig.until(lambda: frozen(victim), DEADLINE_SECONDS, f"{victim.name} to freeze")
    else:
        rig.lead_to(victim, f"{point}:{rng.randint(3, 8)}:stop", lambda: frozen(victim))


@pytest.mark.parametrize(
    "point", [None, "batch-told", "alerts-acknowledged", "snapshots-written"], ids=str
)
def test_a_zombie_wakes(point: Point | None, new_rig: NewRig, rng: random.Random) -> None:
    rig = new_rig(workers=2)
    for _ in range(2):
        victim = rng.choice(rig.workers)
        freeze_at(rig, rng, victim, point)
        moved = rig.await_new_progress("without the frozen one")
        rig.pause(3)
        regressions = len(rig.progress.regressions)
        victim.wake()
        rig.pause(rng.uniform(0.5, 3))
        written = rig.progress.regressions[regressions:]
        rig.tell(f"frozen at {point}: moved after {moved:.1f} s; older marks written: {written}")
        for worker in rig.workers:  # what it has written is what they go on from
            worker.kill()
            worker.launch()
        rig.await_progress("after all were killed")
    found = violations(rig.finish())
    assert found == {}
    assert not rig.progress.regressions, "an older mark was written over a newer one"
