"""The recording of real road sensors at full speed: every line counts, roads have a state."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from connectors.replay import RecordingError, open_recording
from streams.runtime.servers import Broker, BrokerSettings
from streams.runtime.servers.ports import free_ports
from streams.runtime.settings import Settings
from streams.runtime.topics import create_topics, topics
from streams.site import load_site
from tests.waiting import LIMIT_SECONDS

LINES = 68_400
pytestmark = [pytest.mark.servers, pytest.mark.recordings]


@pytest.fixture(autouse=True, scope="module")
def _recording_is_there() -> None:
    try:
        open_recording("road-ndw")
    except RecordingError as absent:
        pytest.skip(str(absent))


def metrics(port: int) -> list[tuple[str, dict[str, str], float]]:
    try:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=LIMIT_SECONDS) as answer:
            families = text_string_to_metric_families(answer.read().decode())
            return [(s.name, s.labels, s.value) for family in families for s in family.samples]
    except (URLError, OSError):
        return []


def test_every_line_is_accounted_for_and_roads_have_a_state(tmp_path: Path) -> None:
    port, controller_port, worker_port = free_ports(3)
    settings = Settings.load()
    site = load_site(settings.site_dir, settings.standards_dir)
    environment = {
        **os.environ,
        "HUBWATCH_BOOTSTRAP_SERVERS": f"127.0.0.1:{port}",
        "HUBWATCH_DATA_DIR": str(tmp_path),
        "HUBWATCH_WORKER_PORT": str(worker_port),
        "HUBWATCH_RECORDING": "road-ndw",
    }
    command = [sys.executable, "-m", "streams.cli"]
    with Broker(
        BrokerSettings(data_dir=tmp_path, port=port, controller_port=controller_port)
    ) as broker:
        wanted = topics(site, settings.partitions, simulated_clock=True)
        create_topics(broker.bootstrap_servers, wanted, 1)
        replay = subprocess.run(
            [*command, "replay", "road-ndw", "--speed", "max", "--json"],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=900,
        )
        account = json.loads(replay.stdout)
        assert account["lines"] == LINES
        assert account["lines"] == account["told"] + sum(account["left_out"].values())
        assert account["accounted"]
        worker = subprocess.Popen([*command, "run", "worker"], env=environment)
        try:
            deadline = time.monotonic() + LIMIT_SECONDS
            verdicts: dict[str, float] = {}
            while sum(verdicts.values()) < account["records"] and time.monotonic() < deadline:
                time.sleep(5)  # a page takes the worker's time
                verdicts = {}
                for name, labels, value in metrics(worker_port):
                    if name == "hubwatch_records_total":
                        verdict = labels["verdict"]
                        verdicts[verdict] = verdicts.get(verdict, 0) + value
            assert sum(verdicts.values()) == account["records"]
            known = {
                labels["place"]
                for name, labels, _ in metrics(worker_port)
                if name == "hubwatch_road_speed_kmh"
            }
            assert len(known) >= 20
        finally:
            worker.terminate()
            worker.wait(LIMIT_SECONDS)
