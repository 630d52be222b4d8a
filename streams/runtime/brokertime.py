"""Now, as the brokers' acknowledgements tell it.

What arrives is stamped by the brokers. Whoever lets time pass beside it by the clock of its own
machine takes everybody for silent when that clock is ahead, and silence for speech when it is
behind; so now is read from what the brokers stamp on one's own messages, and carried on by a clock
that only measures spans, which nobody sets.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from aiokafka.structs import RecordMetadata

from streams.runtime.clock import SiteClock

STAMPED_BY_BROKER = 1
"""the type of such a timestamp, in Kafka's protocol"""
REMEMBERED_SECONDS = 30.0
"""of acknowledgements: the one that came back quickest is nearest to now"""


class BrokerTime:
    """May be asked from any thread. Under a simulated clock, which maps the wall clock of the one
    machine that all run on, and where the topics are stamped by their senders, as those of older
    versions were, now is what this machine takes for it."""

    def __init__(self, clock: SiteClock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._machine = clock.simulated
        self._heard: deque[tuple[float, float]] = deque()
        """when, and by how much the brokers' clock was ahead of the monotonic one, in ms"""
        self._brokers_ahead_ms: float | None = None

    def hear(self, acknowledged: RecordMetadata) -> None:
        """A message has just been acknowledged, which was alone in its batch."""
        if acknowledged.timestamp_type == STAMPED_BY_BROKER:
            now = self._monotonic()
            self._heard.append((now, acknowledged.timestamp - now * 1000))
            while now - self._heard[0][0] > REMEMBERED_SECONDS:
                self._heard.popleft()
            self._brokers_ahead_ms = max(ahead_ms for _, ahead_ms in self._heard)
        elif acknowledged.offset >= 0:  # the answer to a repetition tells neither
            self._machine = True
            self._heard.clear()  # one that was repeated can seem to be stamped by the broker
            self._brokers_ahead_ms = None

    def wall_ms(self) -> int:
        """Unix ms, ahead of the brokers by no more than the clocks drift apart in half a minute;
        0 while nobody has told."""
        ahead_ms = self._brokers_ahead_ms
        if ahead_ms is not None and not self._clock.simulated:
            return int(self._monotonic() * 1000 + ahead_ms)
        return time.time_ns() // 1_000_000 if self._machine else 0

    def now_ms(self) -> int:
        """The site's time; 0 while nobody has told."""
        return self._clock.at_wall_ms(self.wall_ms())
