"""What is ticked and told of a site that is up: only what happens in this run."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry

from streams.runtime import monitor
from streams.runtime.checklist import Checklist
from streams.runtime.clock import SiteClock, start_simulated
from streams.runtime.observation import Observation
from streams.runtime.servers import Status
from streams.runtime.servers.ports import free_ports
from streams.runtime.settings import Settings
from streams.runtime.site_up import SiteUp
from streams.runtime.troubles import Troubles
from tests.town import T0_MS, town

BEGAN_MS = 1_000_000


def seen(**changed: Any) -> Observation:
    """Of a second run on the same data, before anything happens in it."""
    before: dict[str, Any] = {
        "began_ms": BEGAN_MS,
        "accepted_before": 50,
        "accepted": 60,
        "processed": 48,
        "quarantined": 2,
        "states": Counter(unknown=3),
        "alerts": ({"state": "cleared", "detected_at_ms": BEGAN_MS - 1},),
    }
    return Observation(**before | changed)


def ticked(**changed: Any) -> list[str]:
    return [tick.key for tick in Checklist().take(seen(**changed))]


def test_what_an_earlier_run_did_is_not_ticked() -> None:
    assert ticked() == []
    assert ticked(processed=49) == ["feeds_flowing"]
    for alert in (
        {"state": "raised", "detected_at_ms": BEGAN_MS - 1},
        {"state": "cleared", "detected_at_ms": BEGAN_MS},
    ):
        assert ticked(alerts=(alert,)) == ["first_alert"]
        assert ticked(alerts=(alert,), states=Counter()) == []


def test_a_recording_without_an_alert_lacks_nothing() -> None:
    checklist = Checklist(may_lack=frozenset({"first_alert"}))
    for key in checklist.made.keys() - {"first_alert"}:
        checklist.make(key)
    assert (checklist.lacking, checklist.made["first_alert"]) == ((), False)
    assert [tick.key for tick in checklist.not_seen] == ["first_alert"]


def test_a_process_that_was_away_between_two_looks_is_told(tmp_path: Path) -> None:
    troubles = Troubles(tmp_path)
    well, back = Status("healthy", 1, 0), Status("healthy", 2, 1, 1, "killed by SIGKILL")
    assert list(troubles.of_processes({"worker": well})) == []
    assert list(troubles.of_processes({"worker": back})) == [
        f"  ✗ worker: killed by SIGKILL → {tmp_path / 'worker.log'}",
        "  ✓ worker 恢复 is back",
    ]
    assert list(troubles.of_processes({"worker": back})) == []


def test_a_process_that_is_away_for_longer_is_told_once(tmp_path: Path) -> None:
    troubles = Troubles(tmp_path)
    down = Status("killed by SIGKILL", None, 0, 1, "killed by SIGKILL")
    starting, back = Status("starting", 2, 1, 1, "killed by SIGKILL"), Status("healthy", 2, 1, 1)
    told = [list(troubles.of_processes({"worker": each})) for each in (down, down, starting, back)]
    assert [len(lines) for lines in told] == [1, 0, 0, 1]


@dataclass(frozen=True)
class Beginning:
    """A simulated site whose processes start; its clock has not begun."""

    site_up: SiteUp
    clock: SiteClock
    patient_until: float

    def begins(self, **states: str) -> bool:
        names = ("worker", "hub", "gateway", "replay")
        status = {name: Status(states.get(name, "healthy"), 1, 0) for name in names}
        begins = self.site_up._begin(self.clock, status, self.patient_until)
        assert begins == self.clock.begun
        return begins


def begin(tmp_path: Path, worker_port: int, patience_seconds: float) -> Beginning:
    settings = Settings.load(data_dir=tmp_path, worker_port=worker_port)
    site_up = SiteUp(
        settings=settings, site=town(), plan=None, speed=40.0, seconds=None, tell=print
    )
    clock = start_simulated(tmp_path / "clock.json", origin_ms=T0_MS, speed=40.0, begun=False)
    return Beginning(site_up, clock, time.monotonic() + patience_seconds)


def test_a_world_begins_when_all_are_there_and_the_worker_reads(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    reasons = ["partitions are being taken over"]
    monitor.serve(port, CollectorRegistry(), lambda: "".join(reasons))
    world = begin(tmp_path, port, 600.0)
    assert not world.begins()
    reasons.clear()
    assert not world.begins(hub="starting")
    assert world.clock.now_ms() == T0_MS
    assert world.begins()
    assert world.begins(hub="starting"), "it goes on"


def test_a_world_waits_for_nobody_for_ever(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    assert not begin(tmp_path, port, 600.0).begins()
    assert begin(tmp_path, port, -1.0).begins(worker="starting")
