"""A load at its own pace: round after round on the wall clock, in slices of some milliseconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer

from streams.bench.inbox import Filling
from streams.bench.load import Load
from streams.bench.stream import Message, Stream

SLICES_A_SECOND = 100

Note = Callable[[Message], None]
"""Hears of each record when it is handed over, as it was rendered."""


def no_note(message: Message) -> None:
    """Nobody wants to know."""


@dataclass(slots=True)
class Play:
    """`records` were handed to the producer; where `awaited`, the broker has acknowledged those of
    every whole round, and a send that failed raises KafkaError."""

    load: Load
    producer: AIOKafkaProducer
    awaited: bool = False
    rounds: int = 0
    records: int = 0

    async def publish(self, seconds: float, *, factor: float = 1.0, note: Note = no_note) -> None:
        """Whole rounds for so long, `factor` times as fast as the load's cadence."""
        stream = Stream(self.load)
        cadence = self.load.cadence_seconds / factor
        size = max(1, round(self.load.sources / cadence / SLICES_A_SECOND))
        began = time.monotonic()
        for turn in range(max(1, round(seconds / cadence))):
            messages = list(stream.round(self.rounds, time.time_ns() // 1_000_000))
            self.rounds += 1
            on_their_way: list[Filling] = []
            for start in range(0, len(messages), size):
                due = began + (turn + start / len(messages)) * cadence
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                on_their_way.append(await self._hand_over(messages[start : start + size], note))
            if self.awaited:
                await asyncio.gather(*(filling.finish() for filling in on_their_way))

    async def _hand_over(self, messages: Sequence[Message], note: Note) -> Filling:
        now_ms = time.time_ns() // 1_000_000
        filling = Filling(self.producer)
        for message in messages:
            note(message)
            await filling.add(message._replace(timestamp=now_ms))
        self.records += len(messages)
        await filling.send_all()
        return filling
