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
REMEMBERED = 16
"""acknowledgements: the one that came back quickest is nearest to now"""


class BrokerTime:
    """May be asked from any thread. Under a simulated clock, which maps the wall clock of the one
    machine that all run on, and where the topics are stamped by their senders, as those of older
    versions were, now is what this machine takes for it."""

    def __init__(self, clock: SiteClock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._machine = clock.simulated
        self._heard: deque[float] = deque(maxlen=REMEMBERED)
        self._ahead_ms: float | None = None
        """of the monotonic clock"""

    def hear(self, acknowledged: RecordMetadata) -> None:
        """A message has just been acknowledged."""
        if acknowledged.timestamp_type == STAMPED_BY_BROKER:
            self._heard.append(acknowledged.timestamp - self._monotonic() * 1000)
            self._ahead_ms = max(self._heard)
        elif acknowledged.offset >= 0:  # the answer to a repetition may tell neither
            self._machine = True

    def wall_ms(self) -> int:
        """Unix ms, never ahead of the brokers; 0 while nobody has told."""
        if self._ahead_ms is not None and not self._clock.simulated:
            return int(self._monotonic() * 1000 + self._ahead_ms)
        return time.time_ns() // 1_000_000 if self._machine else 0

    def now_ms(self) -> int:
        """The site's time; 0 while nobody has told."""
        return self._clock.at_wall_ms(self.wall_ms())
