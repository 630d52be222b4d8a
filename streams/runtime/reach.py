"""How far the inbox topics of a partition have been read, by what the broker has answered."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from faust.types import TP

from streams.partition import Partition
from streams.runtime.brokertime import BrokerTime
from streams.runtime.clock import SiteClock
from streams.runtime.published import Watermark
from streams.runtime.transport import BatchApp
from streams.runtime.watchdog import Standing

FETCH_SECONDS = 0.2
"""that a record may take from the broker's stamp into the log"""


class Reach:
    """`unread` and `standing` may be asked from any thread."""

    def __init__(
        self,
        app: BatchApp,
        topics: Sequence[str],
        clock: SiteClock,
        watermark: Watermark,
        broker_time: BrokerTime,
    ) -> None:
        self._app = app
        self._topics = topics
        self._clock = clock
        self._watermark = watermark
        self._broker_time = broker_time

    def known_ms(self, number: int) -> int:
        """Site time up to which every inbox topic has been read: who was not asked about, or is
        late as all are, must not be taken for silent."""
        consumer = self._app.batch_consumer
        asked = min(consumer.asked_at(TP(topic, number)) for topic in self._topics)
        if not asked:
            return 0
        if self._clock.simulated:  # on one machine, whose wall all its processes read
            ago_ms = int((time.monotonic() - asked) * 1000)
            return self._watermark.known_ms(time.time_ns() // 1_000_000 - ago_ms)
        return self._broker_time.at_ms(asked - FETCH_SECONDS)

    def unread(self, number: int, offered: Mapping[str, int]) -> dict[str, int]:
        """Records of each inbox topic that were not offered yet, −1 while unknown."""
        unread: dict[str, int] = {}
        for topic in self._topics:
            count = self._app.batch_consumer.unread(TP(topic, number), offered.get(topic, 0))
            unread[topic] = -1 if count is None else count
        return unread

    def standing(self, partition: Partition) -> Standing:
        """What the watchdog looks at."""
        consumer, number = self._app.batch_consumer, partition.number
        positions = dict(partition.positions)
        waiting = self.unread(number, positions).values()
        return Standing(
            taken=sum(positions.values()),
            waiting=None if -1 in waiting else sum(waiting),
            answered_at=min(consumer.answered_at(TP(topic, number)) for topic in self._topics),
        )
