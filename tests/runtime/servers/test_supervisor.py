"""Servers start when what they need is healthy, come back when they die, stop in order."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from itertools import pairwise
from operator import ge
from pathlib import Path

import pytest

from streams.runtime.servers import ServerSpec, Supervisor, http_ok
from streams.runtime.servers.errors import PortBusyError, ServerError, StartError
from streams.runtime.servers.ports import free_ports
from streams.runtime.servers.server import HEALTHY
from tests.waiting import LIMIT_SECONDS, eventually

STORY = (
    "import pathlib, signal, sys, time\n"
    "def tell(word):\n"
    "    with pathlib.Path(sys.argv[2]).open('a') as story:\n"
    "        story.write(f'{sys.argv[1]} {word}\\n')\n"
    "def end(*_): tell('stops'); sys.exit(0)\n"
    "signal.signal(signal.SIGTERM, end); tell('starts')\n"
    "while True: time.sleep(0.05)\n"
)


def _teller(name: str, story: Path, *needs: str, **row: object) -> ServerSpec:
    """A server that writes down its start and its stop."""
    command = (sys.executable, "-c", STORY, name, str(story))
    row = {"ready": lambda: _told(story, f"{name} starts"), "restart_first_seconds": 0.1, **row}
    return ServerSpec(name=name, command=command, needs=needs, **row)  # type: ignore[arg-type]


def _told(story: Path, line: str) -> str | None:
    lines = story.read_text().splitlines() if story.exists() else []
    return None if line in lines else "silent"


def _dies(name: str, **row: object) -> ServerSpec:
    return ServerSpec(name=name, command=("sh", "-c", "echo no key; exit 3"), **row)  # type: ignore[arg-type]


def test_needs_start_first_and_stop_last(tmp_path: Path) -> None:
    story = tmp_path / "story"
    specs = [_teller("broker", story), _teller("worker", story, "broker")]
    with Supervisor(specs, data_dir=tmp_path) as supervisor:
        assert supervisor.health() == {"broker": HEALTHY, "worker": HEALTHY}
    assert story.read_text().splitlines() == [
        "broker starts",
        "worker starts",
        "worker stops",
        "broker stops",
    ]
    assert supervisor.health() == {"broker": "stopped", "worker": "stopped"}


def test_more_can_be_added_while_it_runs(tmp_path: Path) -> None:
    story = tmp_path / "story"
    with Supervisor([_teller("broker", story)], data_dir=tmp_path) as supervisor:
        supervisor.add(_teller("hub", story, "broker"))
        supervisor.wait_ready("hub")
        assert supervisor.status()["hub"].healthy
        with pytest.raises(ServerError, match="two servers are called hub"):
            supervisor.add(_teller("hub", story))
        with pytest.raises(ServerError, match="gateway needs store, added before it"):
            supervisor.add(_teller("gateway", story, "store"))


def test_what_dies_is_reported_and_comes_back(tmp_path: Path) -> None:
    story, may_start = tmp_path / "story", threading.Event()
    may_start.set()
    wait = lambda: may_start.wait(LIMIT_SECONDS) and None  # noqa: E731
    with Supervisor([_teller("worker", story, prepare=wait)], data_dir=tmp_path) as supervisor:
        first = supervisor.status()["worker"].pid
        assert first is not None
        may_start.clear()
        os.kill(first, signal.SIGKILL)
        assert eventually(lambda: supervisor.health()["worker"] == "killed by SIGKILL")
        may_start.set()
        assert eventually(lambda: supervisor.status()["worker"].healthy)
        back = supervisor.status()["worker"]
        assert (back.restarts, back.went_down, back.last_words) == (1, 1, "killed by SIGKILL")
        assert back.pid != first


def test_one_that_hangs_is_killed_and_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped by a signal, it lives, holds its port and answers nobody."""
    monkeypatch.setattr("streams.runtime.servers.supervisor.PROBE_EVERY_SECONDS", 0.1)
    (port,) = free_ports(1)
    spec = ServerSpec(
        name="hub",
        command=(sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"),
        ready=http_ok(port, "/"),
        ports=(port,),
        hung_after_seconds=3.0,
        restart_first_seconds=0.1,
    )
    with Supervisor([spec], data_dir=tmp_path) as supervisor:
        first = supervisor.status()["hub"].pid
        assert first is not None
        os.kill(first, signal.SIGSTOP)
        assert eventually(lambda: "does not answer" in supervisor.health()["hub"])
        assert eventually(lambda: supervisor.status()["hub"].went_down == 1)
        said = supervisor.status()["hub"].last_words
        assert said.startswith("hung: no answer for ")
        assert int(said.split()[4]) >= 3
        assert eventually(lambda: supervisor.status()["hub"].healthy)
        assert supervisor.status()["hub"].pid != first
        assert not Path(f"/proc/{first}").exists()


def test_waits_between_restarts_grow(tmp_path: Path) -> None:
    """From launch to launch never less than the wait; more on a machine that is busy."""
    launched: list[float] = []
    spec = _dies(
        "worker",
        required=False,
        restart_first_seconds=0.2,
        prepare=lambda: launched.append(time.monotonic()),
    )
    with Supervisor([spec], data_dir=tmp_path) as supervisor:
        assert eventually(lambda: len(launched) >= 5)
        status = supervisor.status()["worker"]
    assert status.restarts >= 4
    assert status.last_words == "ended with status 3"
    waited = [after - before for before, after in pairwise(launched)]
    assert [*map(ge, waited, (0.2, 0.4, 0.8, 1.6))] == [True] * 4, waited


def test_a_required_one_that_cannot_start_stops_all(tmp_path: Path) -> None:
    story = tmp_path / "story"
    failing = _dies("worker", needs=("broker",), ready=lambda: "no answer")
    supervisor = Supervisor([_teller("broker", story), failing], data_dir=tmp_path)
    with pytest.raises(StartError, match="worker did not start: ended with status 3") as caught:
        supervisor.start()
    assert "it said: no key" in str(caught.value)
    assert supervisor.health()["broker"] == "stopped"


def test_an_optional_one_that_cannot_start_is_only_reported(tmp_path: Path) -> None:
    story = tmp_path / "story"
    optional = _dies("boards", required=False, ready=lambda: "no answer")
    with Supervisor([optional, _teller("broker", story)], data_dir=tmp_path) as supervisor:
        assert supervisor.health()["broker"] == HEALTHY
        with pytest.raises(StartError):
            supervisor.wait_ready("boards")


def test_a_busy_port_is_raised_as_it_is(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        spec = ServerSpec(name="hub", command=("sleep", "9"), ports=(busy.getsockname()[1],))
        with pytest.raises(PortBusyError):
            Supervisor([spec], data_dir=tmp_path).start()


def test_one_that_answers_too_late_is_stopped_and_tried_again(tmp_path: Path) -> None:
    spec = ServerSpec(
        name="hub",
        command=("sleep", "60"),
        ready=lambda: "no answer",
        start_timeout_seconds=0.3,
        required=False,
    )
    with Supervisor([spec], data_dir=tmp_path) as supervisor:
        assert eventually(lambda: supervisor.status()["hub"].restarts >= 1)
        assert supervisor.health()["hub"] in {"not ready: no answer", "starting"}


def test_one_that_no_longer_answers_is_unhealthy_until_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.runtime.servers.supervisor.PROBE_EVERY_SECONDS", 0.1)
    answers: list[str | None] = [None]
    spec = ServerSpec(name="hub", command=("sleep", "60"), ready=lambda: answers[0])
    with Supervisor([spec], data_dir=tmp_path) as supervisor:
        answers[0] = "port 1 does not answer"
        assert eventually(lambda: supervisor.health()["hub"] == "port 1 does not answer")
        answers[0] = None
        assert eventually(lambda: supervisor.health()["hub"] == HEALTHY)
        assert supervisor.status()["hub"].restarts == 0


def test_a_stubborn_one_does_not_hold_up_the_stop(tmp_path: Path) -> None:
    spec = ServerSpec(
        name="hub", command=("sh", "-c", "trap '' TERM; sleep 60"), stop_timeout_seconds=0.3
    )
    supervisor = Supervisor([spec], data_dir=tmp_path).start()
    pid = supervisor.status()["hub"].pid
    started = time.monotonic()
    supervisor.stop()
    usual = ServerSpec(name="hub", command=()).stop_timeout_seconds
    assert time.monotonic() - started < usual, "it was given less"
    assert not Path(f"/proc/{pid}").exists()


UP = """
import pathlib, sys, time
from streams.runtime.servers import ServerSpec, Supervisor, sigterm_interrupts
folder = pathlib.Path(sys.argv[1])
specs = [ServerSpec(name="broker", command=("sleep", "600")),
         ServerSpec(name="worker", command=("sh", "-c", sys.argv[2]), needs=("broker",),
                    stop_timeout_seconds=600.0)]
try:
    with sigterm_interrupts(), Supervisor(specs, data_dir=folder) as supervisor:
        print(*(status.pid for status in supervisor.status().values()), flush=True)
        time.sleep(600)
except KeyboardInterrupt:
    print(supervisor.health(), flush=True)
"""


def _up(tmp_path: Path, worker: str) -> tuple[subprocess.Popen[str], list[int]]:
    """A process that supervises two servers, and their ids."""
    command = [sys.executable, "-c", UP, str(tmp_path), worker]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, [int(pid) for pid in process.stdout.readline().split()]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_stop_all(tmp_path: Path, number: signal.Signals) -> None:
    process, children = _up(tmp_path, "exec sleep 600")
    process.send_signal(number)
    said, _ = process.communicate(timeout=LIMIT_SECONDS)
    assert said == "{'broker': 'stopped', 'worker': 'stopped'}\n"
    assert process.returncode == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in children)


def test_a_second_ctrl_c_does_not_wait(tmp_path: Path) -> None:
    told = tmp_path / "told"
    process, children = _up(tmp_path, f"trap 'echo > {told}' TERM; while :; do sleep 0.1; done")
    process.send_signal(signal.SIGINT)
    assert eventually(told.exists)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=LIMIT_SECONDS)
    assert not any(Path(f"/proc/{pid}").exists() for pid in children)
