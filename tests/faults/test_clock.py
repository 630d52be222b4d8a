"""Time passes by the brokers' clock, also when nothing comes any more, whatever a worker's machine
takes for now."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import pytest
from kafka.admin import ConfigResource, KafkaAdminClient

from schemas.alert import Alert
from streams.fusion.freshness import LOOK_MS, SILENT_CADENCES
from streams.runtime.topics import ALERTS, COMPACTED, SNAPSHOTS
from streams.verify.reading import Reading
from tests.faults.conftest import NewRig
from tests.faults.rig import DEADLINE_SECONDS, MARKS, PARTITIONS, Rig, violations
from tests.faults.town import CADENCE_SECONDS, ZONES

pytestmark = MARKS

OFF = (
    "-c",
    """
import os
import time
from pathlib import Path

path, right, right_ns = Path(os.environ["WALL"]), time.time, time.time_ns
time.time = lambda: int(path.read_text()) + right()
time.time_ns = lambda: int(path.read_text()) * 1_000_000_000 + right_ns()

from streams.runtime import processes

processes.run("worker")
""",
)
"""a worker whose wall clock is off; that which only measures spans is not, as when it is set"""
JUMPS_SECONDS = (90, -90)
RUN_SECONDS = 7
"""longer than a source may be silent"""
TOLD_MS = SILENT_CADENCES * CADENCE_SECONDS * 1000 + 2 * LOOK_MS
"""the rule wants two seconds of silence, and time is looked at in steps"""
RULE = "crowd.blind"


class Wall:
    """The wall clock of a worker's machine, off by as much as a file says."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.off_by(0)

    def off_by(self, seconds: int) -> None:
        draft = self._path.with_suffix(".new")
        draft.write_text(str(seconds))
        draft.replace(self._path)

    @property
    def environment(self) -> Mapping[str, str]:
        return {"WALL": str(self._path)}


@pytest.fixture
def wall(tmp_path: Path) -> Wall:
    return Wall(tmp_path / "wall")


def alerts(rig: Rig) -> Iterator[Alert]:
    logs = Reading(rig.broker.bootstrap_servers, PARTITIONS).all_of([ALERTS])
    for message in (message for log in logs.values() for message in log):
        yield msgspec.json.decode(message.value or b"", type=Alert)


def silences(rig: Rig) -> dict[str, int]:
    """When the cameras of a zone were last found silent, by the site's time."""
    found: dict[str, int] = {}
    for alert in alerts(rig):
        if (alert.rule, alert.version) == (RULE, 1):
            found[alert.place] = max(alert.detected_at_ms, found.get(alert.place, 0))
    return found


def last_arrival_ms(rig: Rig) -> int:
    logs = Reading(rig.broker.bootstrap_servers, PARTITIONS).all_of(rig.inboxes)
    return max(log[-1].timestamp for log in logs.values() if log)


def prove_silence(rig: Rig) -> None:
    """Nothing comes any more: all cameras are told silent in time, and everything told is what the
    log says."""
    rig.load.stop()
    last_ms = last_arrival_ms(rig)

    def all_told() -> bool:
        rig.pause(0.5)
        found = silences(rig)
        return all(found.get(zone, 0) > last_ms for zone in ZONES)

    waited = rig.until(all_told, DEADLINE_SECONDS, "the silence to be told")
    after_ms = {at_ms - last_ms for at_ms in silences(rig).values()}
    rig.tell(f"silence told after {waited:.1f} s, of {after_ms} ms after the last record")
    assert all(ms < TOLD_MS for ms in after_ms)
    assert violations(rig.finish()) == {}


def test_nothing_comes_any_more(new_rig: NewRig) -> None:
    rig = new_rig(workers=1)
    prove_silence(rig)


@pytest.mark.faults
def test_topics_that_the_sender_stamps(new_rig: NewRig) -> None:
    """Those made by an older version: time passes by the worker's own clock."""
    rig = new_rig(workers=0, started=False)
    admin = KafkaAdminClient(bootstrap_servers=rig.broker.bootstrap_servers)
    stamped = {**COMPACTED, "message.timestamp.type": "CreateTime"}
    admin.alter_configs([ConfigResource("topic", SNAPSHOTS, configs=stamped)])
    admin.close()
    rig.add_worker()
    rig.await_new_progress("by the worker's own clock")
    prove_silence(rig)


@pytest.mark.parametrize("seconds", [-7200, pytest.param(7200, marks=pytest.mark.faults)])
def test_the_clock_of_a_worker_is_wrong_and_jumps(
    seconds: int, new_rig: NewRig, wall: Wall
) -> None:
    rig = new_rig(workers=0, started=False)
    wall.off_by(-seconds)
    rig.add_worker(OFF, **wall.environment)
    rig.await_new_progress("with a clock that is wrong from the start")
    for jump in (*JUMPS_SECONDS, seconds):
        wall.off_by(jump)
        rig.pause(RUN_SECONDS)
    assert not rig.workers[0].restarts, rig.last_words()
    prove_silence(rig)


@pytest.mark.faults
@pytest.mark.parametrize("seconds", [-7200, 7200])
def test_nothing_comes_any_more_while_it_is_away(seconds: int, new_rig: NewRig, wall: Wall) -> None:
    """All that it finds is old, and its clock is wrong: yet it knows what time it is."""
    rig = new_rig(workers=0, started=False)
    worker = rig.add_worker(OFF, **wall.environment)
    rig.await_new_progress("at the start")
    worker.kill()
    rig.load.stop()
    time.sleep(RUN_SECONDS)
    wall.off_by(seconds)
    worker.launch(**wall.environment)
    prove_silence(rig)
