"""Fills the inbox topics before a measurement, as fast as the broker takes it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from aiokafka import AIOKafkaProducer
from aiokafka.producer.message_accumulator import BatchBuilder

from streams.bench.stream import Message

BATCH_BYTES = 65_536
UNACKNOWLEDGED = 64


async def fill(bootstrap_servers: str, messages: Iterable[Message]) -> int:
    """Publishes all messages, batched by hand; returns how many once all are acknowledged."""
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap_servers, acks=1, max_batch_size=BATCH_BYTES
    )
    await producer.start()
    try:
        filling = Filling(producer)
        count = 0
        for message in messages:
            await filling.add(message)
            count += 1
        await filling.finish()
        return count
    finally:
        await producer.stop()


class Filling:
    """Messages on their way, in one open batch an inbox."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer
        self._open: dict[tuple[str, int], BatchBuilder] = {}
        self._sent: list[asyncio.Future[object]] = []

    async def add(self, message: Message) -> None:
        inbox = (message.topic, message.partition)
        batch = self._open.get(inbox)
        if batch is None:
            batch = self._open[inbox] = self._producer.create_batch()
        if not self._append(batch, message):
            await self._send(inbox, batch)
            batch = self._open[inbox] = self._producer.create_batch()
            self._append(batch, message)

    @staticmethod
    def _append(batch: BatchBuilder, message: Message) -> bool:
        added = batch.append(timestamp=message.timestamp, key=message.key, value=message.value)
        return added is not None

    async def _send(self, inbox: tuple[str, int], batch: BatchBuilder) -> None:
        topic, partition = inbox
        self._sent.append(await self._producer.send_batch(batch, topic, partition=partition))
        if len(self._sent) >= UNACKNOWLEDGED:
            await asyncio.gather(*self._sent)
            self._sent.clear()

    async def send_all(self) -> None:
        """Hands over what is there, and does not wait for the broker."""
        for inbox, batch in self._open.items():
            await self._send(inbox, batch)
        self._open.clear()

    async def finish(self) -> None:
        await self.send_all()
        await asyncio.gather(*self._sent)
