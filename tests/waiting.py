"""Waiting for what must come: at once where it comes at once, long on a machine that is busy."""

from __future__ import annotations

import time
from collections.abc import Callable

LIMIT_SECONDS = 180.0
"""nothing that comes at all takes so long: whether a test fails is not for the machine to decide"""


def eventually(true: Callable[[], object], *, every_seconds: float = 0.02) -> bool:
    """Whether it comes true within the limit."""
    deadline = time.monotonic() + LIMIT_SECONDS
    while not (found := true()) and time.monotonic() < deadline:
        time.sleep(every_seconds)
    return bool(found)


def wait_for(found: Callable[[], object], what: str, *, every_seconds: float = 0.1) -> None:
    """Returns when `found()` is true; fails when the limit has passed."""
    waited = f"waited {LIMIT_SECONDS:.0f} s for {what}"
    assert eventually(found, every_seconds=every_seconds), waited
