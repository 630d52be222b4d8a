"""Whole batches out of aiokafka's fetcher are the records a plain consumer sees."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from streams.runtime.fetch import Records, fetched
from streams.runtime.servers import Broker

pytestmark = pytest.mark.servers

COUNT = 600
START = 137
"""in the middle of a batch"""
MOST = 50


@pytest.mark.parametrize("compression", [None, "gzip"])
def test_every_record_once_from_any_offset(
    broker: Broker, new_topic: Callable[[str], str], compression: str | None
) -> None:
    at = TopicPartition(new_topic("fetch"), 0)

    async def publish() -> None:
        producer = AIOKafkaProducer(
            bootstrap_servers=broker.bootstrap_servers, compression_type=compression
        )
        async with producer:
            for start in range(0, COUNT, 60):  # a batch each
                sent = [
                    await producer.send(at.topic, b"value %d" % n, key=b"key", timestamp_ms=n + 1)
                    for n in range(start, start + 60)
                ]
                await asyncio.gather(*sent)

    async def read() -> list[Records]:
        consumer = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap_servers)
        async with consumer:
            consumer.assign([at])
            consumer.seek(at, START)
            found: list[Records] = []
            while sum(map(len, found)) < COUNT - START:
                answer = await fetched(consumer._fetcher, {at}, wait_seconds=60.0, most=MOST)
                found.append(answer[at])
            assert await fetched(consumer._fetcher, {at}, wait_seconds=0.2, most=MOST) == {}
            assert await consumer.position(at) == COUNT
            return found

    asyncio.run(publish())
    batches = asyncio.run(read())
    expected = [(n, n + 1, b"key", b"value %d" % n) for n in range(START, COUNT)]
    read_back = [(r.offset, r.timestamp, r.key, r.value) for batch in batches for r in batch]
    assert read_back == expected
    assert len(batches) > 1
