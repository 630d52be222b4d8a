"""The command line run in this process, and a broker that holds nothing of other tests."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from streams.cli import main
from streams.runtime.servers import Broker, BrokerSettings
from streams.runtime.servers.errors import ToolMissingError
from streams.runtime.servers.java import find_java
from streams.runtime.servers.ports import free_ports


@dataclass(frozen=True)
class Done:
    """How a command ended and what it printed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Hubwatch = Callable[..., Done]

PORTS = ("WORKER", "HUB", "SIMULATOR", "GATEWAY", "PROMETHEUS", "ALERTMANAGER", "GRAFANA")


@pytest.fixture
def hubwatch(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Hubwatch:
    """`hubwatch("state", "hub.t2")`; on ports where nobody listens and an empty data folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HUBWATCH_DATA_DIR", str(tmp_path / "data"))
    for name, port in zip((*PORTS, "BROKER"), free_ports(len(PORTS) + 1), strict=True):
        if name == "BROKER":
            monkeypatch.setenv("HUBWATCH_BOOTSTRAP_SERVERS", f"127.0.0.1:{port}")
        else:
            monkeypatch.setenv(f"HUBWATCH_{name}_PORT", str(port))

    def run(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["hubwatch", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main.run()
        printed = capsys.readouterr()
        return Done(int(ended.value.code or 0), printed.out, printed.err)

    return run


@pytest.fixture(scope="module")
def own_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a broker without any topic listens."""
    try:
        find_java()
    except ToolMissingError as missing:
        pytest.skip(f"broker: {missing}")
    port, controller_port = free_ports(2)
    folder = tmp_path_factory.mktemp("broker")
    settings = BrokerSettings(data_dir=folder, port=port, controller_port=controller_port)
    with Broker(settings, report=print) as running:
        yield running.bootstrap_servers


@pytest.fixture
def on_broker(hubwatch: Hubwatch, own_broker: str, monkeypatch: pytest.MonkeyPatch) -> Hubwatch:
    """`hubwatch` with a broker that answers."""
    monkeypatch.setenv("HUBWATCH_BOOTSTRAP_SERVERS", own_broker)
    return hubwatch
