"""How far the inbox topics of a partition have been read, by what the broker has answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from faust.types import TP

from streams.partition import Partition
from streams.runtime.clock import SiteClock
from streams.runtime.published import Watermark
from streams.runtime.transport import BatchApp
from streams.runtime.watchdog import Standing

FETCH_SECONDS = 0.2
"""wall time that a record may take from the broker's stamp into the log"""


class Reach:
    """`unread` and `standing` may be asked from any thread."""

    def __init__(
        self, app: BatchApp, topics: Sequence[str], clock: SiteClock, watermark: Watermark
    ) -> None:
        self._app = app
        self._topics = topics
        self._clock = clock
        self._watermark = watermark

    def known_ms(self, number: int) -> int:
        """Site time up to which every inbox topic has been read: who was not asked about, or is
        late as all are, must not be taken for silent."""
        consumer = self._app.batch_consumer
        asked_ms = min(consumer.asked_ms(TP(topic, number)) for topic in self._topics)
        if self._clock.simulated:
            return self._watermark.known_ms(asked_ms)
        return asked_ms - int(FETCH_SECONDS * 1000)

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
            answers=tuple(consumer.answer(TP(topic, number)) for topic in self._topics),
        )
