"""The doctor: what is not well has a fix, and only a failure is one for the exit status."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.errors import HubwatchError
from streams.cli.checks import CHECKS, machine
from streams.cli.checks.finding import Check, Finding
from streams.runtime.settings import Settings
from tests.cli.conftest import Hubwatch


def test_with_nothing_running_the_files_are_well_and_the_rest_says_how_to_start(
    hubwatch: Hubwatch,
) -> None:
    done = hubwatch("doctor", "--json")
    found = done.json
    assert list(found) == [check.key for check in CHECKS]
    assert {found[key]["mark"] for key in ("python", "disk", "site", "rules")} == {"ok"}
    assert {found[key]["mark"] for key in ("broker", "worker", "hub", "gateway")} == {"warn"}
    assert all(row["fix"] for row in found.values() if row["mark"] != "ok")
    broken = any(row["mark"] == "fail" for row in found.values())
    assert done.status == (2 if broken else 0)


def test_the_table_shows_mark_finding_and_fix(hubwatch: Hubwatch) -> None:
    lines = hubwatch("doctor").out.splitlines()
    at = next(number for number, line in enumerate(lines) if "消息总线 broker" in line)
    assert lines[at].startswith("warn")
    assert lines[at + 1].strip().startswith("修复 fix: start it with scripts/up")
    assert "\x1b" not in "".join(lines)


def test_a_port_that_somebody_else_holds_is_a_failure_with_the_setting_to_change(
    hubwatch: Hubwatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        monkeypatch.setenv("HUBWATCH_GATEWAY_PORT", str(port))
        done = hubwatch("doctor", "--json")
    assert done.status == 2
    assert done.json["ports"]["mark"] == "fail"
    assert f"port {port} is held by process" in done.json["ports"]["said"]
    assert "HUBWATCH_GATEWAY_PORT" in done.json["ports"]["fix"]


def test_a_process_of_ours_that_hangs_is_no_stranger(
    hubwatch: Hubwatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "import socket, time; s = socket.create_server(('127.0.0.1', 0));"
        "print(s.getsockname()[1], flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, "run", "gateway"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as hung:
        assert hung.stdout
        monkeypatch.setenv("HUBWATCH_GATEWAY_PORT", hung.stdout.readline().strip())
        found = hubwatch("doctor", "--json").json
        hung.kill()
    assert found["ports"]["mark"] == "ok"
    assert found["gateway"]["mark"] == "fail"
    assert f"process {hung.pid} " in found["gateway"]["said"]


def test_packages_that_differ_from_the_lock_are_named(tmp_path: Path) -> None:
    lock = tmp_path / "runtime.lock"
    lock.write_text(
        "typer==0.0.1 \\\n    --hash=sha256:00\n"
        "no-such-package==1 \\\n    --hash=sha256:00\n"
        "no-such-package-on-linux==1 ; sys_platform == 'win32' \\\n    --hash=sha256:00\n",
        encoding="utf-8",
    )
    first, second = machine.unlike(lock)
    assert first.startswith("typer is ")
    assert first.endswith(", not 0.0.1")
    assert second == "no-such-package is missing"


def test_an_error_on_purpose_is_a_failure_and_its_hint_the_fix() -> None:
    def look(_: Settings) -> Finding:
        raise HubwatchError("two\n  lines", hint="do this")

    finding = Check("key", "中", "en", look).run(Settings.model_construct())
    assert finding == Finding("fail", "HW-0000 two lines", "do this")
