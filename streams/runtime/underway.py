"""How old records are when they arrive: what is younger may still be on its way."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

RECENT_SECONDS = 2.0


class Underway:
    """Remembers the arrivals of the last two seconds. `wall` counts seconds and never goes back."""

    def __init__(self, wall: Callable[[], float] = time.monotonic) -> None:
        self._wall = wall
        self._arrivals: deque[tuple[float, int]] = deque()
        """(when, age in ms), the ages falling: one that is older than all after it counts"""

    def arrive(self, age_ms: int) -> None:
        """Records came whose newest was so old, in ms of the site's clock."""
        while self._arrivals and self._arrivals[-1][1] <= age_ms:
            self._arrivals.pop()
        self._arrivals.append((self._wall(), age_ms))

    def age_ms(self) -> int:
        """The greatest of the recent ages; 0 when nothing came."""
        horizon = self._wall() - RECENT_SECONDS
        while self._arrivals and self._arrivals[0][0] < horizon:
            self._arrivals.popleft()
        return max(0, self._arrivals[0][1]) if self._arrivals else 0
