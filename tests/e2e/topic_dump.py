"""Everything in the topics of a data folder, read by a broker started on it for the purpose."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from streams.runtime.servers import Broker, BrokerSettings
from streams.runtime.servers.ports import free_ports


def dump(data_dir: Path, *topics: str) -> dict[str, list[tuple[bytes, Any, dict[str, str]]]]:
    """(key, JSON value or bytes, headers) of every record by topic, each partition in order."""
    port, controller_port = free_ports(2)
    settings = BrokerSettings(data_dir=data_dir, port=port, controller_port=controller_port)
    with Broker(settings) as broker:
        consumer = KafkaConsumer(
            bootstrap_servers=broker.bootstrap_servers, auto_offset_reset="earliest"
        )
        try:
            return {topic: list(_read(consumer, topic)) for topic in topics}
        finally:
            consumer.close()


def _read(consumer: KafkaConsumer, topic: str) -> Iterator[tuple[bytes, Any, dict[str, str]]]:
    parts = [TopicPartition(topic, n) for n in consumer.partitions_for_topic(topic) or ()]
    consumer.assign(parts)
    ends = consumer.end_offsets(parts)
    consumer.seek_to_beginning(*parts)
    while any(consumer.position(part) < end for part, end in ends.items()):
        for records in consumer.poll(timeout_ms=1000).values():
            for record in records:
                headers = {name: value.decode() for name, value in record.headers or ()}
                yield record.key, _content(record.value), headers


def _content(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw
