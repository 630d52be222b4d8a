"""Memory and file handles over a longer run at 20,000 events/s: flat after the start."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from streams.bench.load import Load
from streams.bench.soak import soak
from tests.faults.rig import MARKS

pytestmark = [*MARKS, pytest.mark.faults]

SECONDS = float(os.environ.get("FAULTS_SOAK_SECONDS") or 120)
LOAD = Load(sources=20_000, places=800)
LEAST_RATE_PER_S = 0.9 * LOAD.sources
SLACK_MB = 8.0
SLACK_HANDLES = 3


@pytest.mark.usefixtures("java")
def test_memory_and_handles_stay_flat(tell: Callable[[str], None]) -> None:
    found = soak(LOAD, SECONDS)
    tell(
        f"{found.seconds:.0f} s at {found.rate_per_s}/s: {found.middle.mb} MB and "
        f"{found.middle.handles} handles in the middle, {found.last.mb} and {found.last.handles} "
        "at the end"
    )
    assert found.processed == found.records
    assert found.rate_per_s >= LEAST_RATE_PER_S
    assert found.last.mb <= found.middle.mb + SLACK_MB
    assert found.last.handles <= found.middle.handles + SLACK_HANDLES
