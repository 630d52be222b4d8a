"""What the broker will not take: messages that are too large, and a disk that is full."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kafka.admin import ConfigResource, KafkaAdminClient

from streams.runtime.topics import QUARANTINE, SNAPSHOTS
from tests.faults.conftest import NewRig
from tests.faults.rig import DEADLINE_SECONDS, MARKS, Rig, violations

pytestmark = [*MARKS, pytest.mark.faults]

DISK_MB = 64


def limit(rig: Rig, topic: str, size: int) -> None:
    """The largest message the broker takes from now on."""
    admin = KafkaAdminClient(bootstrap_servers=rig.broker.bootstrap_servers)
    try:
        admin.alter_configs(
            [ConfigResource("topic", topic, configs={"max.message.bytes": str(size)})]
        )
    finally:
        admin.close()


def test_a_refused_record_is_too_large_for_the_quarantine(new_rig: NewRig) -> None:
    """It is left out, and the proof says so; everything else goes on."""
    rig = new_rig(workers=1)
    limit(rig, QUARANTINE, 2000)
    rig.pause(2)
    rig.load.sensors.padding = 3000
    rig.pause(3)
    rig.load.sensors.padding = 0
    rig.pause(3)
    assert not rig.workers[0].restarts
    found = violations(rig.finish())
    assert found.keys() == {"I1"}
    left_out = rig.workers[0].log_path.read_text().count("left out")
    rig.tell(f"{left_out} left out; found: {found['I1'][0]}")
    assert left_out > 0


def test_snapshots_are_too_large_for_a_while(new_rig: NewRig) -> None:
    """Positions stay where the durable state is; nothing is lost by a kill meanwhile."""
    rig = new_rig(workers=1)
    limit(rig, SNAPSHOTS, 500)
    rig.pause(4)
    rig.workers[0].kill()
    rig.workers[0].launch()
    rig.pause(10)
    limit(rig, SNAPSHOTS, 4_194_304)
    rig.tell(f"progress {rig.await_progress('with room again'):.1f} s after")
    assert violations(rig.finish()) == {}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Where the broker keeps its log: a file system of its own, which is soon full."""
    folder = tmp_path / "kafka" / "log"
    folder.mkdir(parents=True)
    options = ("-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs")
    if os.geteuid() != 0 or subprocess.run(("mount", *options, folder), check=False).returncode:
        pytest.skip("full disk: only root can make a small one")
    yield folder
    subprocess.run(("umount", "--lazy", folder), check=True)


def test_the_disk_of_the_broker_is_full(small_disk: Path, new_rig: NewRig) -> None:
    """The broker ends; with room again it is started, and everybody goes on."""
    properties: dict[str, Any] = {
        "log.segment.bytes": "1048576",
        "log.index.size.max.bytes": "65536",
    }
    rig = new_rig(workers=2, broker={"properties": properties})
    filler = small_disk / "filler"
    with filler.open("wb") as file:
        try:
            while True:
                file.write(bytes(65_536))
                file.flush()
        except OSError:
            rig.tell(f"disk full with {filler.stat().st_size >> 20} MB of filler")
    rig.until(rig.broker.exit_reason, DEADLINE_SECONDS, "the broker to notice")
    rig.tell(f"broker {rig.broker.exit_reason()}")
    rig.broker.collect()
    filler.unlink()
    rig.broker.start()
    rig.tell(f"progress {rig.await_progress('with room again'):.1f} s after")
    assert violations(rig.finish()) == {}
