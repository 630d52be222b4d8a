"""`hubwatch up` as a process of its own, on free ports and in an empty folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

from streams.runtime.servers.ports import free_ports

PORTS = (
    "controller_port",
    "worker_port",
    "hub_port",
    "simulator_port",
    "gateway_port",
    "prometheus_port",
    "alertmanager_port",
    "grafana_port",
)


@dataclass
class SiteRun:
    """A running `hubwatch up … --json`; `finish` waits for its last line."""

    process: subprocess.Popen[str]
    ports: dict[str, int]
    bootstrap_servers: str
    data_dir: Path
    summary: dict[str, Any] = field(default_factory=dict)

    def get(self, port: str, path: str) -> str:
        """Body of a page, "" while nobody answers."""
        try:
            with urlopen(f"http://127.0.0.1:{self.ports[port]}{path}", timeout=60) as answer:
                text: str = answer.read().decode()
                return text
        except (URLError, OSError):
            return ""

    def query(self, expression: str) -> dict[str, Any]:
        """Prometheus' answer to an instant query."""
        body = self.get("prometheus_port", f"/api/v1/query?query={quote(expression)}")
        return json.loads(body or "{}")

    def wait_for(self, what: str, seconds: float, check: Any) -> None:
        deadline = time.monotonic() + seconds
        while not check():
            assert self.process.poll() is None, f"ended before {what}"
            assert time.monotonic() < deadline, f"no {what} within {seconds} s"
            time.sleep(0.5)

    def pid_of(self, name: str) -> int:
        """Of the process `hubwatch run NAME` of this run, found among the children by its ports."""
        marker = f"HUBWATCH_DATA_DIR={self.data_dir}".encode()
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = (folder / "cmdline").read_bytes().split(b"\0")
                environment = (folder / "environ").read_bytes()
            except OSError:
                continue
            if command[-3:-1] == [b"run", name.encode()] and marker in environment:
                return int(folder.name)
        raise AssertionError(f"no process {name}")

    def kill(self, name: str) -> None:
        os.kill(self.pid_of(name), signal.SIGKILL)

    def finish(self) -> int:
        """Waits for the end; the exit status."""
        output, _ = self.process.communicate(timeout=900)
        self.summary = json.loads(output.splitlines()[-1])
        return self.process.returncode


@contextmanager
def site_run(data_dir: Path, *options: str) -> Iterator[SiteRun]:
    """Starts `hubwatch up`, and ends it whatever happens."""
    broker_port, *numbers = free_ports(len(PORTS) + 1)
    ports = dict(zip(PORTS, numbers, strict=True))
    bootstrap_servers = f"127.0.0.1:{broker_port}"
    environment = {
        **os.environ,
        **{f"HUBWATCH_{name.upper()}": str(port) for name, port in ports.items()},
        "HUBWATCH_BOOTSTRAP_SERVERS": bootstrap_servers,
        "HUBWATCH_DATA_DIR": str(data_dir),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "streams.cli", "up", *options, "--json"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield SiteRun(process, ports, bootstrap_servers, data_dir)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(120)
            except subprocess.TimeoutExpired:
                process.kill()
