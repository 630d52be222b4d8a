"""Up to where a simulated world has been published: the watermark of a clock that runs faster.

A broker that stamps records itself gives them its own time. Where the publisher stamps them, it may
be behind the clock by what its machine makes it wait, a second of which is a minute of such a site;
only the publisher knows. It says so in a file, which all processes of the site share.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import msgspec

from streams.runtime.clock import SiteClock

SILENT_SECONDS = 10.0
"""a publisher that has said nothing for so long holds nobody up"""
STATED_SECONDS = 0.05
REMEMBERED = 400
"""statements: twenty seconds"""


class Statement(msgspec.Struct, frozen=True):
    """At `wall_ms` the broker had stored all there is up to `site_ms`. Unix ms both."""

    wall_ms: int
    site_ms: int


NOTHING = Statement(0, 0)


def state(path: Path, site_ms: int) -> None:
    """Says that everything up to `site_ms` is stored."""
    draft = path.with_suffix(".new")
    draft.write_bytes(msgspec.json.encode(Statement(_wall_ms(), site_ms)))
    draft.replace(path)


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


class Watermark:
    """What one who reads the topics may take for known; `state` writes the file at `path`."""

    def __init__(self, path: Path, clock: SiteClock, wall_ms: Callable[[], int] = _wall_ms) -> None:
        self._path = path
        self._clock = clock
        self._wall_ms = wall_ms
        self._heard_ms = wall_ms()
        self._statements: deque[Statement] = deque(maxlen=REMEMBERED)

    def known_ms(self, read_ms: int) -> int:
        """Site time up to which everything has been read, where all there was at `read_ms` on the
        wall has been; 0 while that is not known."""
        self._hear()
        if not read_ms:
            return 0
        if self._wall_ms() - self._heard_ms > SILENT_SECONDS * 1000:
            return self._clock.at_wall_ms(read_ms)
        before = (said for said in reversed(self._statements) if said.wall_ms <= read_ms)
        return next(before, NOTHING).site_ms

    def _hear(self) -> None:
        try:
            said = msgspec.json.decode(self._path.read_bytes(), type=Statement)
        except FileNotFoundError:
            return
        if said.wall_ms > self._heard_ms:
            self._heard_ms = said.wall_ms
            self._statements.append(said)
