"""Topics on a real broker: made once, as they are meant, and never silently different."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from aiokafka.partitioner import DefaultPartitioner
from hypothesis import given
from hypothesis import strategies as st
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from streams.runtime.servers import Broker
from streams.runtime.topics import TopicError, create_topics, partition_of, topics
from tests.town import town


@pytest.mark.servers
@pytest.mark.parametrize("simulated_clock", [True, False])
def test_made_once_and_as_declared(
    broker: Broker, admin: KafkaAdminClient, *, simulated_clock: bool
) -> None:
    mine = uuid.uuid4().hex[:6]
    wanted = tuple(
        replace(topic, name=f"{topic.name}.{mine}")
        for topic in topics(town(), 3, simulated_clock=simulated_clock)
    )
    assert create_topics(broker.bootstrap_servers, wanted[:2], 1) == 2
    assert create_topics(broker.bootstrap_servers, wanted, 1) == len(wanted) - 2
    assert create_topics(broker.bootstrap_servers, wanted, 1) == 0

    by_name = {topic.name: topic for topic in wanted}
    rows = admin.describe_topics(list(by_name))
    assert {row["name"]: len(row["partitions"]) for row in rows} == {
        name: topic.partitions for name, topic in by_name.items()
    }
    for name, topic in by_name.items():
        found = configs(admin, name)
        assert {key: found[key] for key in topic.config} == dict(topic.config)
    stamps = configs(admin, f"inbox.transport.{mine}")["message.timestamp.type"]
    assert stamps == ("CreateTime" if simulated_clock else "LogAppendTime")

    other = replace(wanted[0], partitions=4)
    with pytest.raises(TopicError, match=r"HW-1302 inbox\.\S+ has 3 partitions, not 4 → "):
        create_topics(broker.bootstrap_servers, (other,), 1)


def configs(admin: KafkaAdminClient, name: str) -> dict[str, str]:
    found = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
    return {key: row["value"] for key, row in found["topic"][name].items()}


@given(cell=st.text(min_size=1, max_size=30), partitions=st.integers(1, 64))
def test_a_cell_lies_where_any_kafka_client_puts_it(cell: str, partitions: int) -> None:
    every = list(range(partitions))
    assert partition_of(cell, partitions) == DefaultPartitioner()(cell.encode(), every, every)
