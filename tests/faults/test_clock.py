"""A worker whose machine's clock jumps: the log's time goes on, and with it everything it says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.faults.conftest import NewRig
from tests.faults.rig import MARKS, violations

pytestmark = MARKS

LIBRARY = next(iter(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")), None)
JUMPS_SECONDS = (90, -90, 3600, 0)
RUN_SECONDS = 7
"""longer than a source may be silent"""


class Wall:
    """The wall clock of a process; that which only measures spans stays as it is."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.off_by(0)

    def off_by(self, seconds: int) -> None:
        self._path.write_text(f"{seconds:+}\n")

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self._path),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


@pytest.mark.skipif(LIBRARY is None, reason="libfaketime is missing: apt-get install faketime")
def test_the_clock_of_a_worker_jumps(new_rig: NewRig, tmp_path: Path) -> None:
    rig = new_rig(workers=0, started=False)
    wall = Wall(tmp_path / "wall")
    wall.off_by(-90)
    rig.add_worker(**wall.environment)
    rig.await_new_progress("with a clock that is wrong from the start", seconds=60)
    for seconds in JUMPS_SECONDS:
        wall.off_by(seconds)
        rig.pause(RUN_SECONDS)
    assert violations(rig.finish()) == {}
