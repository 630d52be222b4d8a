"""`hubwatch up` and `hubwatch run` where somebody else is already: one line, and what to do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from streams.runtime.servers import sole_owner
from streams.runtime.servers.errors import FolderBusyError, ToolMissingError
from streams.runtime.servers.java import find_java
from streams.runtime.servers.monitoring import PROMETHEUS
from streams.runtime.servers.ports import free_ports
from tests.waiting import LIMIT_SECONDS, wait_for

NAMES = (
    *("CONTROLLER", "WORKER", "HUB", "SIMULATOR", "GATEWAY"),
    *("PROMETHEUS", "ALERTMANAGER", "GRAFANA"),
)

Environment = dict[str, str]


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """Free ports and an empty folder."""
    broker, *ports = free_ports(len(NAMES) + 1)
    return {
        **os.environ,
        **{f"HUBWATCH_{name}_PORT": str(port) for name, port in zip(NAMES, ports, strict=True)},
        "HUBWATCH_BOOTSTRAP_SERVERS": f"127.0.0.1:{broker}",
        "HUBWATCH_DATA_DIR": str(tmp_path / "data"),
    }


@contextmanager
def stranger(port: int) -> Iterator[None]:
    """A web server that says yes to everything."""

    class Yes(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"status": "ok"}')

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its name there
            pass

    with ThreadingHTTPServer(("127.0.0.1", port), Yes) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield
        server.shutdown()
        thread.join()


def hubwatch(environment: Environment, *arguments: str) -> tuple[int, list[str]]:
    """Exit status, and the lines it said on stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "streams.cli", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    return done.returncode, done.stderr.splitlines()


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("gateway", ("up", "--for", "5")),
        ("prometheus", ("up", "--for", "5")),
        ("worker", ("run", "worker")),
        ("hub", ("run", "hub")),
        ("gateway", ("run", "gateway")),
        ("simulator", ("run", "replay")),
    ],
)
def test_a_port_of_somebody_else(
    name: str, command: tuple[str, ...], environment: Environment
) -> None:
    if name == "prometheus" and PROMETHEUS.find() is None:
        pytest.skip(f"Prometheus: {PROMETHEUS.how_to_get}")
    option = f"HUBWATCH_{name.upper()}_PORT"
    with stranger(int(environment[option])):
        status, said = hubwatch(environment, *command)
    wanted_by = command[1] if command[0] == "run" else name
    holder = f"process {os.getpid()} "
    assert status == 2
    assert said[0].startswith(
        f"error: HW-3101 port {environment[option]} for {wanted_by} is held by {holder}"
    )
    assert said[1:] == [f"  fix: stop it, or choose another port with {option}"]
    if command[0] == "up":
        assert not Path(environment["HUBWATCH_DATA_DIR"]).exists(), "nothing is left behind"


def test_a_recording_that_is_not_there_is_told_before_anything_else(
    environment: Environment,
) -> None:
    with stranger(int(environment["HUBWATCH_GATEWAY_PORT"])):
        status, said = hubwatch(environment, "up", "--recording", "nope")
    assert status == 2
    assert said[0].startswith("error: HW-1701 ")
    assert not Path(environment["HUBWATCH_DATA_DIR"]).exists()


@pytest.mark.servers
def test_a_second_one_on_the_same_data_folder(environment: Environment) -> None:
    try:
        find_java()
    except ToolMissingError as missing:
        pytest.skip(f"broker: {missing}")
    command = [sys.executable, "-m", "streams.cli", "up"]
    owner = Path(environment["HUBWATCH_DATA_DIR"]) / "evening-storm" / "owner"
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as first:
        try:
            wait_for(lambda: owner.exists() and owner.read_text(), "the first to own it")
            status, said = hubwatch(environment, "up", "--for", "5")
        finally:
            first.send_signal(signal.SIGTERM)
    assert status == 2
    assert said[0] == f"error: HW-3107 {owner.parent} is in use by process {first.pid}"
    assert said[1].startswith("  fix: stop it, or give this one a HUBWATCH_DATA_DIR")
    assert len(said) == 2


def test_a_folder_is_free_again_however_its_owner_ended(tmp_path: Path) -> None:
    hold = f"""
import time
from pathlib import Path
from streams.runtime.servers import sole_owner
with sole_owner(Path({str(tmp_path)!r})):
    print("mine", flush=True)
    time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", hold], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "mine\n"
        with pytest.raises(FolderBusyError, match=f"process {owner.pid}"), sole_owner(tmp_path):
            pass
        owner.kill()
        owner.wait()
    with sole_owner(tmp_path):
        assert (tmp_path / "owner").read_text() == str(os.getpid())
