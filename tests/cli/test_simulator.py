"""The simulator process: killed softly and started again, it neither repeats nor leaves out."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from itertools import takewhile
from pathlib import Path
from urllib.request import urlopen

import pytest

from streams.cli.reader import reading
from streams.runtime.clock import start_simulated
from streams.runtime.publishing import Progress
from streams.runtime.servers.ports import free_ports
from streams.runtime.settings import Settings
from streams.runtime.topics import create_topics, topics
from streams.simulator.ordinary import load_ordinary
from streams.simulator.scenario import load_scenario
from streams.simulator.simulation import Simulation
from streams.site import load_site
from tests.waiting import LIMIT_SECONDS, wait_for

pytestmark = pytest.mark.servers

SEED = 3


def get(port: int, path: str) -> str:
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=LIMIT_SECONDS) as answer:
            text: str = answer.read().decode()
            return text
    except OSError:
        return ""


def published(port: int) -> float:
    counts = re.findall(
        r"^hubwatch_published_records_total{.*} (\S+)$", get(port, "/metrics"), re.MULTILINE
    )
    return sum(map(float, counts))


def run_for_a_while(environment: dict[str, str], port: int, seconds: float) -> None:
    """Starts the process, lets it publish, and asks it to stop."""
    command = [sys.executable, "-m", "streams.cli", "run", "simulator"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, env=environment)
    assert process.stderr
    try:
        wait_for(lambda: published(port) > 0, "its first records")
        assert get(port, "/health/ready") == "ok\n"
        assert "hubwatch_simulated 1.0" in get(port, "/metrics")
        time.sleep(seconds)
        process.send_signal(signal.SIGTERM)
        assert process.wait(LIMIT_SECONDS) == 0
        assert process.stderr.read() == b""
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def test_what_is_in_the_log_is_what_the_scenario_emits(own_broker: str, tmp_path: Path) -> None:
    settings = Settings.model_construct(data_dir=tmp_path, seed=SEED)
    site = load_site(settings.site_dir, settings.standards_dir)
    scenario = load_scenario(settings.site_dir, settings.scenario, site)
    create_topics(own_broker, topics(site, settings.partitions, simulated_clock=True), 1)
    start_simulated(settings.clock_file, origin_ms=scenario.start_ms, speed=scenario.speed)
    (port,) = free_ports(1)
    environment = {
        **os.environ,
        "HUBWATCH_BOOTSTRAP_SERVERS": own_broker,
        "HUBWATCH_DATA_DIR": str(tmp_path),
        "HUBWATCH_SIMULATOR_PORT": str(port),
        "HUBWATCH_SEED": str(SEED),
    }
    progress = Progress(tmp_path / "simulator.json", f"{settings.scenario}/{SEED}")
    run_for_a_while(environment, port, 1.0)
    first_ms = progress.played_ms()
    run_for_a_while(environment, port, 1.0)
    played_ms = progress.played_ms()
    assert first_ms is not None
    assert played_ms is not None
    assert 0 < first_ms < played_ms

    simulation = Simulation(site, load_ordinary(settings.site_dir), scenario, seed=SEED)
    end_ms = scenario.start_ms + played_ms
    emitted = list(takewhile(lambda e: e.at_ms <= end_ms, simulation.emissions()))
    with reading(own_broker) as reader:
        inboxes = [department.inbox for department in site.departments.values()]
        log = [(m.topic, m.at_ms, m.key, m.value) for m in reader.past(*inboxes)]
    assert Counter(log) == Counter(
        (f"inbox.{e.department}", e.at_ms, e.cell_key, e.encoded()) for e in emitted
    )


def test_progress_belongs_to_one_play(tmp_path: Path) -> None:
    file = tmp_path / "made" / "progress.json"
    progress = Progress(file, "storm/1")
    assert progress.played_ms() is None
    progress.keep(5_000)  # noted a moment ago: not yet
    assert progress.played_ms() is None
    progress.keep(7_000, last=True)
    assert progress.played_ms() == 7_000
    assert Progress(file, "storm/2").played_ms() is None
    assert json.loads(file.read_text()) == {"name": "storm/1", "played_ms": 7_000}
