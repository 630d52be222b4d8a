"""Follows the topics for the gateway: the picture, and every version of an alert as it comes."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from schemas.alert import Alert
from schemas.value import Situation
from streams.runtime.clock import SiteClock
from streams.runtime.gateway.errors import RequestError
from streams.runtime.picture import Picture
from streams.runtime.topics import ALERTS, SITUATION

RECENT_ALERTS = 10_000
TOKEN = re.compile(r"\d{1,4}:\d{1,18}(,\d{1,4}:\d{1,18})*", re.ASCII)

Position = dict[int, int]
"""Offset of the last alert taken, by partition."""
AlertAt = tuple[str, Alert]
"""A resume token and the alert version it follows."""


class Mirror:
    """Follows `situation` and `alerts` from their start, without a consumer group."""

    def __init__(self, bootstrap_servers: str, partitions: int, clock: SiteClock) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._partitions = partitions
        self.picture = Picture(partitions, clock)
        self.caught_up = False
        self._recent: deque[tuple[Position, Alert]] = deque(maxlen=RECENT_ALERTS)
        self._taken = 0
        self._position: Position = {}
        self._news = asyncio.Condition()
        self._situation_of = msgspec.json.Decoder(Situation).decode
        self._alert_of = msgspec.json.Decoder(Alert).decode

    def not_ready(self) -> str:
        """Why not everything of now can be told: "" when it can."""
        if not self.caught_up:
            return "still reading the topics"
        return ", ".join(self.picture.silences())

    async def follow(self) -> None:
        """Runs until cancelled."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap_servers,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
        await consumer.start()
        try:
            numbers = range(self._partitions)
            consumer.assign([TopicPartition(t, n) for t in (SITUATION, ALERTS) for n in numbers])
            await consumer.seek_to_beginning()
            ends = await consumer.end_offsets(consumer.assignment())
            while True:
                batches = await consumer.getmany(timeout_ms=500, max_records=2000)
                for tp, records in batches.items():
                    for record in records:
                        self._take(tp, record)
                if not self.caught_up:
                    places = [await consumer.position(tp) >= end for tp, end in ends.items()]
                    self.caught_up = all(places)
                if any(tp.topic == ALERTS for tp in batches):
                    async with self._news:
                        self._news.notify_all()
        finally:
            await consumer.stop()

    def _take(self, tp: TopicPartition, record: ConsumerRecord[bytes, bytes]) -> None:
        if record.value is None:
            return
        if tp.topic == SITUATION:
            situation = self._situation_of(record.value)
            self.picture.take(situation, tp.partition, record.timestamp)
            return
        alert = self._alert_of(record.value)
        self._position[tp.partition] = record.offset
        if self.picture.take_alert(alert):
            self._taken += 1
            self._recent.append((dict(self._position), alert))

    def position_of(self, token: str) -> Position:
        """Where a reader stood. Raises RequestError for a token that was never given out."""
        if not token:
            return {}
        if TOKEN.fullmatch(token):
            pairs = (pair.split(":") for pair in token.split(","))
            position = {int(partition): int(offset) for partition, offset in pairs}
            if all(partition < self._partitions for partition in position):
                return position
        raise RequestError(
            f"Last-Event-ID {token[:80]!r} is no id of this stream",
            status=400,
            hint="send the id of its last event, or none to begin with the oldest kept",
        )

    async def versions(self, after: Position) -> AsyncIterator[AlertAt]:
        """Alert versions after a position ({} is the oldest kept), then new ones as they come.

        A version comes once per call; a reader that reconnects with its last token misses none of
        the kept ones.
        """
        seen = after
        while True:
            taken = self._taken
            for position, alert in list(self._recent):
                if _beyond(position, seen):
                    seen = {n: max(at, seen.get(n, -1)) for n, at in (seen | position).items()}
                    yield _token(seen), alert
            async with self._news:  # news that came while the reader took its time woke nobody
                while self._taken == taken:
                    await self._news.wait()


def _beyond(position: Position, seen: Position) -> bool:
    return any(offset > seen.get(partition, -1) for partition, offset in position.items())


def _token(position: Position) -> str:
    return ",".join(f"{partition}:{offset}" for partition, offset in sorted(position.items()))
