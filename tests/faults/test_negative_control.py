"""The proof against a worker that does lose: a checker that finds nothing there finds nothing."""

from __future__ import annotations

import random
from pathlib import Path

from streams.verify.reading import Reading
from tests.faults import naive
from tests.faults.conftest import NewRig
from tests.faults.rig import MARKS, PARTITIONS, Rig, violations

pytestmark = MARKS

KILLS = 3


def _await_commit(rig: Rig) -> None:
    """Until the group has taken the worker in, and it has taken in something."""
    reading = Reading(rig.broker.bootstrap_servers, PARTITIONS)

    def committed() -> int:
        return sum(reading.committed(rig.settings.worker_group).values())

    before = committed()
    rig.until(lambda: committed() > before, 60, "the naive worker to commit")


def test_a_naive_worker_is_found_out(new_rig: NewRig, rng: random.Random) -> None:
    rig = new_rig(workers=0, started=False, fates={"not-json": 0.1, "duplicate": 0.05})
    worker = rig.add_worker((str(Path(naive.__file__)),))
    for _ in range(KILLS):
        rig.pause(rng.uniform(1, 2))  # there is more to take than a little
        _await_commit(rig)
        worker.kill()  # within LINGER_MS of what it has just said to have done
        worker.launch()
    _await_commit(rig)
    rig.load.stop()
    rig.pause(3)
    worker.kill()
    found = violations(rig.verify())
    rig.tell(f"{KILLS} kills; found out by {', '.join(found)}, as in: {found['I1'][0]}")
    assert "I5" not in found, "the log itself is whole"
    assert any("is accepted" in line for line in found["I1"]), "refusals were lost"
    assert any("missing" in line for line in found["I2"]), "alerts were lost"
