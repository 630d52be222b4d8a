"""The brokers' time, as their acknowledgements tell it.

Records carry the brokers' time. Whoever lets time pass beside them by the clock of its own machine
takes everybody for silent when that clock is ahead; so it is read from what the brokers stamp, and
carried on by a clock that only measures spans, which nobody sets.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from aiokafka.structs import RecordMetadata

STAMPED_BY_BROKER = 1
"""the type of such a timestamp, in Kafka's protocol"""


class BrokerTime:
    """Instants are of `monotonic`. May be asked from any thread."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._told: tuple[int, float] | None = None

    def hear(self, acknowledged: RecordMetadata) -> None:
        """A message has just been acknowledged."""
        if acknowledged.timestamp_type == STAMPED_BY_BROKER and acknowledged.timestamp:
            self._told = (acknowledged.timestamp, self._monotonic())

    def at_ms(self, instant: float) -> int:
        """Unix ms, never ahead of the broker that spoke last; 0 while none has."""
        if self._told is None:
            return 0
        stamp_ms, heard = self._told
        return stamp_ms + int((instant - heard) * 1000)
