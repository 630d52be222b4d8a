"""Memory and file handles over a longer run: flat after the start."""

from __future__ import annotations

import os
from pathlib import Path
from statistics import median

import pytest

from tests.faults.conftest import NewRig
from tests.faults.rig import MARKS, violations

pytestmark = [*MARKS, pytest.mark.faults]

SECONDS = float(os.environ.get("FAULTS_SOAK_SECONDS") or 120)
SAMPLES = 60
EACH = 100
SLACK_MB = 8.0
SLACK_HANDLES = 3


def resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return int(kilobytes) / 1024


def handles(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def test_memory_and_handles_stay_flat(new_rig: NewRig) -> None:
    rig = new_rig(workers=1, each=EACH)
    pid = rig.workers[0].process.pid
    memory: list[float] = []
    opened: list[int] = []
    for _ in range(SAMPLES):
        rig.pause(SECONDS / SAMPLES)
        memory.append(resident_mb(pid))
        opened.append(handles(pid))
    assert rig.workers[0].process.pid == pid, "it ended by itself"
    third = SAMPLES // 3
    middle, last = median(memory[third : 2 * third]), median(memory[-third:])
    rig.tell(
        f"{SECONDS:.0f} s: {middle:.1f} MB in the middle, {last:.1f} MB at the end; "
        f"{opened[third]} handles in the middle, {opened[-1]} at the end"
    )
    assert last <= middle + SLACK_MB
    assert opened[-1] <= opened[third] + SLACK_HANDLES
    assert violations(rig.finish()) == {}
