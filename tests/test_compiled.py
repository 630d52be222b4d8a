"""The compiled core: it says what the sources say, and only while it was made of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from streams import compiled

LIFE = """
import hashlib
import msgspec
from streams import COMPILED
from streams.bench.load import Load
from streams.bench.step import Bench
from streams.partition import snapshot

bench = Bench(Load(sources=500, places=40, crowded_every=7), 60_000, 700)
partitions = bench.partitions(bench.rules)
step = bench.stepping(partitions)
told = hashlib.sha256()
alerts = 0
for batch in bench.batches:
    for output in step(batch):
        alerts += len(output.alerts)
        told.update(msgspec.json.encode([output.alerts, output.situations, output.processed]))
for partition in partitions:
    for cell in sorted(partition.cells):
        told.update(snapshot.take(partition, cell))
print("compiled" if COMPILED else "interpreted", alerts, told.hexdigest())
"""


def lived(*, interpreted: bool) -> list[str]:
    """How the core ran, how many alerts it raised, the digest of all it said and keeps."""
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    if interpreted:
        environment["HUBWATCH_INTERPRETED"] = "1"
    run = subprocess.run(
        (sys.executable, "-c", LIFE), env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.split()


def test_machine_code_says_and_keeps_what_the_sources_do() -> None:
    if not compiled.STAMP.exists() or compiled.STAMP.read_text() != compiled.stamp():
        pytest.skip("the core is not compiled: scripts/compile")
    core, alerts, digest = lived(interpreted=False)
    assert (core, int(alerts) > 100) == ("compiled", True)
    assert lived(interpreted=True) == ["interpreted", alerts, digest]


def test_code_of_other_sources_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUBWATCH_INTERPRETED", raising=False)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(compiled, "STAMP", tmp_path / "stamp")
    assert not compiled.install()
    compiled.STAMP.write_text("of other sources")
    assert not compiled.install()
    compiled.STAMP.write_text(compiled.stamp())
    assert compiled.install()


def test_every_edit_of_the_core_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in compiled.sources():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes((compiled.ROOT / path).read_bytes())
    before = compiled.stamp()
    monkeypatch.setattr(compiled, "ROOT", tmp_path)
    assert compiled.stamp() == before
    for path in compiled.sources():
        text = (tmp_path / path).read_bytes()
        (tmp_path / path).write_bytes(text + b"\n")
        assert compiled.stamp() != before, path
        (tmp_path / path).write_bytes(text)
