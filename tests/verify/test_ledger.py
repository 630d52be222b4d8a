"""The ledger as a file, and what the command says when it cannot be used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from streams.verify.errors import LedgerError
from streams.verify.ledger import ACCEPTED, Entry, Ledger, digest, read_ledger
from tests.waiting import LIMIT_SECONDS

ENTRIES = [
    Entry("inbox.police", 1, 7, 1_784_118_600_000, digest(b"bytes"), ACCEPTED, "police.crowd"),
    Entry("inbox.police", 1, 8, 1_784_118_600_001, digest(None), "not-json"),
]


def test_what_is_added_is_read_and_added_to(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    for entry in ENTRIES:
        with Ledger(path) as ledger:
            ledger.add(entry)
    assert read_ledger(path) == ENTRIES


def test_a_line_that_is_no_entry_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_text('{"topic": "inbox.police"}\n')
    with pytest.raises(LedgerError, match=r"ledger.jsonl:1: .*partition"):
        read_ledger(path)


def test_without_a_ledger_it_cannot_be_checked(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "streams.cli", "verify", str(tmp_path / "none.jsonl")]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False
    )
    assert done.returncode == 2
    assert "HW-1902" in done.stderr
