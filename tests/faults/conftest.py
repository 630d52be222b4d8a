"""A rig for each test: a broker of its own, a town, and a seed that is printed."""

from __future__ import annotations

import gc
import os
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from streams.runtime.servers import Broker, BrokerSettings
from streams.runtime.servers.errors import ToolMissingError
from streams.runtime.servers.java import find_java
from streams.runtime.servers.ports import free_ports
from tests.faults.load import USUAL, Sensors
from tests.faults.rig import Rig
from tests.faults.town import write_town

NewRig = Callable[..., Rig]
Tell = Callable[[str], None]


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Tell:
    """Says a line on the terminal, whatever pytest captures; in a process that shares in the
    tests, beside its failure."""
    plugins = request.config.pluginmanager
    reporter, capture = plugins.getplugin("terminalreporter"), plugins.getplugin("capturemanager")
    assert capture is not None

    def line(text: str) -> None:
        if reporter is None:
            sys.stdout.write(f"{text}\n")
            return
        with capture.global_and_fixture_disabled():
            reporter.ensure_newline()
            reporter.write_line(f"  {text}")

    return line


@pytest.fixture
def seed(request: pytest.FixtureRequest, tell: Tell) -> int:
    """FAULTS_SEED, or a new one; the same seed gives the same load and the same moments."""
    chosen = int(os.environ.get("FAULTS_SEED") or random.randrange(10**6))
    tell(f"seed {chosen}: scripts/test-faults --seed {chosen} -k {request.node.name}")
    return chosen


@pytest.fixture
def rng(seed: int) -> random.Random:
    """For the moments of faults."""
    return random.Random(seed)


@pytest.fixture
def java() -> None:
    """The broker can run here."""
    try:
        find_java()
    except ToolMissingError as missing:
        pytest.skip(f"broker: {missing}")


@pytest.fixture
def new_broker(tmp_path: Path, java: None) -> Iterator[Callable[..., Broker]]:
    """`new_broker(properties)` → a running one, on free ports and in the test's folder."""
    started: list[Broker] = []

    def start(**more: object) -> Broker:
        port, controller_port = free_ports(2)
        settings = BrokerSettings(
            **{"data_dir": tmp_path, "port": port, "controller_port": controller_port, **more}  # type: ignore[arg-type]
        )
        broker = Broker(settings)
        started.append(broker)
        broker.start()
        return broker

    yield start
    for broker in started:
        broker.stop()


@pytest.fixture
def new_rig(
    new_broker: Callable[..., Broker], tmp_path: Path, seed: int, tell: Tell
) -> Iterator[NewRig]:
    """`new_rig(workers=2)` → everything running, under load, every partition going on."""
    made: list[Rig] = []

    def make(
        *,
        workers: int = 2,
        each: int = 20,
        fates: Mapping[str, float] = USUAL,
        fated: str = "",
        broker: Mapping[str, Any] = MappingProxyType({}),
        worker_bootstrap: str = "",
        started: bool = True,
    ) -> Rig:
        town = tmp_path / "town"
        write_town(town, each)
        sensors = Sensors(seed, each, fates, fated)
        running = new_broker(**broker)
        rig = Rig(running, tmp_path, town, sensors, tell, worker_bootstrap=worker_bootstrap)
        made.append(rig)
        rig.load.start()
        for _ in range(workers):
            rig.add_worker()
        if started:
            rig.pause(2)
            rig.await_progress("at the start")
        return rig

    yield make
    for rig in made:
        rig.close()
    made.clear()
    gc.collect()  # while the warnings of MARKS are still passed over
