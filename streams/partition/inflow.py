"""The inbox topics of one partition as one stream, in the order in which records arrived.

Topics are read each for itself, and after an outage one can be an hour ahead of another. Here a
record waits until every topic that has more to read has been read up to its arrival, and time
passes in between, instant by instant: catching up gives what would have been computed in time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence

from streams.fusion.freshness import look_ms
from streams.gate import NEVER_MS, Incoming
from streams.partition.outputs import StepOutput
from streams.partition.partition import Partition
from streams.partition.picture import RECALLED_MS

HELD_LIMIT = 200_000
"""records that wait at most; beyond it memory is dearer than order"""

TOLD_EVERY_MS = 30_000
"""of stream time: who follows live is told more often, by the worker's own clock"""

Told = tuple[str, StepOutput]
"""the topic stepped, "" for what time brings, and what came of it"""


class Inflow:
    """`offered` is the next offset to offer by topic; the partition's positions follow it."""

    def __init__(self, partition: Partition, departments: Mapping[str, str]) -> None:
        self.partition = partition
        self.offered = {topic: partition.positions.get(topic, 0) for topic in departments}
        self._departments = departments
        self._held: dict[str, deque[Sequence[Incoming]]] = {t: deque() for t in departments}
        self._newest_ms = dict.fromkeys(departments, 0)
        self._count = 0

    def offer(self, topic: str, batch: Sequence[Incoming]) -> None:
        """Takes the next batch of a topic, in the order of its offsets; not empty."""
        self.offered[topic] = batch[-1].offset + 1
        self._newest_ms[topic] = max(self._newest_ms[topic], batch[-1].timestamp)
        self._held[topic].append(batch)
        self._count += len(batch)

    def advance(
        self, unread: Mapping[str, int], clock_ms: int, *, until_ms: int = NEVER_MS
    ) -> Iterator[Told]:
        """Steps all that may be stepped, and lets time pass up to `clock_ms`.

        `unread` counts the records of each topic not offered yet, other than 0 while unknown. What
        arrived after `until_ms` waits.
        """
        newest_ms = [self._newest_ms[topic] for topic, count in unread.items() if count]
        limit_ms = min([until_ms, *newest_ms])
        if self._count > HELD_LIMIT:
            limit_ms = NEVER_MS
        held = [batches for batches in self._held.values() if batches]
        known_ms = min(limit_ms, max([clock_ms, *(batches[-1][-1].timestamp for batches in held)]))
        partition = self.partition
        if limit_ms > 0:
            partition.begin(min([batches[0][0].timestamp for batches in held], default=clock_ms))
        while (look_ms := self._next_look_ms(known_ms)) <= known_ms:
            yield from self._step_until(look_ms)
            if partition.due_ms <= look_ms:
                yield "", partition.tick(look_ms, tell=look_ms % TOLD_EVERY_MS == 0)
        yield from self._step_until(limit_ms)

    def _next_look_ms(self, known_ms: int) -> int:
        """The next instant at which time may be due: what is stepped before it can make it due
        then, and no sooner. A pause in which nothing arrived is passed over but for its end."""
        oldest_ms = min([b[0][0].timestamp for b in self._held.values() if b], default=NEVER_MS)
        due_ms = max(self.partition.due_ms, min(oldest_ms, known_ms) - RECALLED_MS)
        return due_ms if due_ms <= oldest_ms else min(due_ms, look_ms(oldest_ms))

    def _step_until(self, until_ms: int) -> Iterator[Told]:
        """Records that arrived by then, topic by topic."""
        for topic, batches in self._held.items():
            while batches:
                batch = batches[0]
                later = _first_later(batch, until_ms)
                if later == 0:
                    break
                if later == len(batch):
                    batches.popleft()
                else:
                    batches[0] = batch[later:]
                    batch = batch[:later]
                self._count -= len(batch)
                yield topic, self.partition.step(topic, self._departments[topic], batch)


def _first_later(batch: Sequence[Incoming], until_ms: int) -> int:
    """Index of the first record that arrived after `until_ms`; the length when none did."""
    count = len(batch)
    if batch[-1].timestamp <= until_ms:
        return count
    for index in range(count):
        if batch[index].timestamp > until_ms:
            return index
    return count
