"""The compiled core: it says what the sources say, and only while it was made of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from streams import compiled


def lived(folder: Path, half: str, *, interpreted: bool) -> list[str]:
    """How the core ran, how many alerts it raised, the digest of all it said and keeps."""
    environment = {
        **os.environ,
        "HUBWATCH_INTERPRETED": "1" if interpreted else "",
        "PYTHONHASHSEED": "0",  # in what order a snapshot lists values depends on it
    }
    run = subprocess.run(
        (sys.executable, "-m", "tests.two_cores", str(folder), half),
        env=environment,
        cwd=compiled.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.split()


def test_machine_code_says_and_keeps_what_the_sources_do(tmp_path: Path) -> None:
    """Also when one goes on where the other stopped."""
    if not compiled.current():
        pytest.skip("the core is not compiled: scripts/compile")
    folders = (tmp_path / "interpreted", tmp_path / "compiled")
    for folder in folders:
        folder.mkdir()
    one = lived(folders[0], "begin", interpreted=True)
    assert (one[0], int(one[1]) > 0) == ("interpreted", True)
    assert lived(folders[1], "begin", interpreted=False) == ["compiled", *one[1:]]
    other = lived(folders[0], "go-on", interpreted=False)
    assert (other[0], int(other[1]) > 0) == ("compiled", True)
    assert lived(folders[1], "go-on", interpreted=True) == ["interpreted", *other[1:]]


def test_code_of_other_sources_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUBWATCH_INTERPRETED", raising=False)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(compiled, "STAMP", tmp_path / "stamp")
    assert not compiled.install()
    compiled.STAMP.write_text("of other sources")
    assert not compiled.install()
    compiled.STAMP.write_text(compiled.stamp())
    assert compiled.install()


def test_every_edit_of_what_it_is_made_from_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    basis = compiled.matching(compiled.BASIS)
    assert set(compiled.sources()) < set(basis)
    for path in basis:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes((compiled.ROOT / path).read_bytes())
    before = compiled.stamp()
    monkeypatch.setattr(compiled, "ROOT", tmp_path)
    assert compiled.stamp() == before
    for path in basis:
        text = (tmp_path / path).read_bytes()
        (tmp_path / path).write_bytes(text + b"\n")
        assert compiled.stamp() != before, path
        (tmp_path / path).write_bytes(text)
