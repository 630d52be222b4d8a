"""One child process: ready or refused, watched, stopped for good, its last words kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from streams.runtime.servers import disk, log
from streams.runtime.servers.errors import DiskFullError, StartError
from streams.runtime.servers.server import HEALTHY, Server
from streams.runtime.servers.spec import ServerSpec, program
from tests.waiting import LIMIT_SECONDS, eventually

FOREVER = "import time; print('up', flush=True); time.sleep(600)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + FOREVER
WITH_CHILD = (
    "import subprocess, sys; child = subprocess.Popen(['sleep', '600']); "
    "print(child.pid, flush=True); " + FOREVER
)
IMPATIENT = {"start_timeout_seconds": 0.3, "stop_timeout_seconds": 0.3}


def _python(code: str, **row: object) -> ServerSpec:
    row = {"start_timeout_seconds": LIMIT_SECONDS, "stop_timeout_seconds": LIMIT_SECONDS, **row}
    return ServerSpec(name="child", command=(sys.executable, "-c", code), **row)  # type: ignore[arg-type]


def _says(server: Server, text: str) -> Callable[[], bool]:
    return lambda: text in server.log_path.read_text()


def test_runs_and_stops(tmp_path: Path) -> None:
    with Server(_python(FOREVER), tmp_path) as server:
        assert server.health() == HEALTHY
        pid = server.pid
        assert eventually(_says(server, "up"))
    assert server.pid is None
    assert server.health() == "not started"
    assert not Path(f"/proc/{pid}").exists()


def test_one_that_ends_says_how_and_what_it_said(tmp_path: Path) -> None:
    server = Server(_python("raise ValueError('no site')", ready=lambda: "not yet"), tmp_path)
    with pytest.raises(StartError) as caught:
        server.start()
    assert "child did not start: ended with status 1; it said: ValueError: no site" in str(
        caught.value
    )
    assert caught.value.hint == f"see {server.log_path}"


def test_one_that_never_answers_is_stopped(tmp_path: Path) -> None:
    server = Server(_python(FOREVER, ready=lambda: "no answer", **IMPATIENT), tmp_path)
    with pytest.raises(StartError, match="did not start: no answer"):
        server.start()
    assert server.pid is None


def test_a_command_that_is_not_there_is_named(tmp_path: Path) -> None:
    spec = replace(_python("", ready=lambda: "no answer"), command=("no-such-program",))
    with pytest.raises(StartError, match="no-such-program: No such file"):
        Server(spec, tmp_path).start()


def test_health_tells_a_signal(tmp_path: Path) -> None:
    with Server(_python(FOREVER), tmp_path) as server:
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        assert eventually(lambda: server.health() == "killed by SIGKILL")


def test_a_stubborn_one_is_killed(tmp_path: Path) -> None:
    server = Server(_python(STUBBORN, **IMPATIENT), tmp_path)
    server.start()
    assert eventually(_says(server, "up"))
    server.stop()
    assert server.pid is None


def test_children_of_the_child_go_with_it(tmp_path: Path) -> None:
    server = Server(_python(WITH_CHILD), tmp_path)
    server.start()
    assert eventually(_says(server, "up"))
    grandchild = int(server.log_path.read_text().split()[0])
    server.stop()
    assert eventually(lambda: not _runs(grandchild))


def test_it_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    starter = (
        "import sys, time; from pathlib import Path\n"
        "from streams.runtime.servers.server import Server\n"
        "from streams.runtime.servers.spec import ServerSpec\n"
        f"spec = ServerSpec(name='child', command=('sleep', '600'))\n"
        f"server = Server(spec, Path({str(tmp_path)!r}))\n"
        "server.start(); print(server.pid, flush=True); time.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert _runs(child)
    parent.kill()
    parent.communicate()
    assert eventually(lambda: not _runs(child))


def test_files_are_written_then_prepare_runs_then_the_child(tmp_path: Path) -> None:
    config, note = tmp_path / "etc" / "config", tmp_path / "note"
    spec = _python(
        f"print(open({str(note)!r}).read(), flush=True); {FOREVER}",
        files={config: "from the row"},
        prepare=lambda: note.write_text(config.read_text() + ", prepared") and None,
    )
    with Server(spec, tmp_path) as server:
        assert eventually(_says(server, "from the row, prepared"))


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "LEAST_FREE_BYTES", 10**18)
    with pytest.raises(DiskFullError, match="MB are free at"):
        Server(_python(FOREVER), tmp_path).start()


def test_a_grown_log_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "KEPT_BYTES", 10)
    for _ in range(2):
        with Server(_python(FOREVER), tmp_path) as server:
            server.log_path.write_text("a long old story")
    log.turn(server.log_path)
    assert server.log_path.with_suffix(".log.1").read_text() == "a long old story"


def test_our_programs_run_by_the_command_line() -> None:
    spec = program("worker", "--cells", "hub", process="worker-2")
    assert spec.name == "worker-2"
    assert spec.command[1:] == ("-m", "streams.cli", "run", "worker", "--cells", "hub")
    assert spec.needs == ("broker",)


def _runs(pid: int) -> bool:
    """There, and not just a zombie that nobody collected."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
