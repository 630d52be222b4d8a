"""The doctor: what is not well has a fix, and the exit status is that of the worst."""

from __future__ import annotations

import socket
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
    assert {found[key]["mark"] for key in ("python", "settings", "disk", "site", "rules")} == {"ok"}
    assert {found[key]["mark"] for key in ("broker", "worker", "hub", "gateway")} == {"warn"}
    assert all(row["fix"] for row in found.values() if row["mark"] != "ok")
    worst = max(("ok", "warn", "fail").index(row["mark"]) for row in found.values())
    assert done.status == worst


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
