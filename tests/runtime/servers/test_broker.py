"""The embedded broker is a real Kafka: it serves, keeps, refuses and leaves nothing behind."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import KafkaTimeoutError

from streams.runtime.servers import Broker, BrokerSettings
from streams.runtime.servers.errors import PortBusyError, StartError
from streams.runtime.servers.ports import free_ports
from streams.runtime.servers.server import HEALTHY

pytestmark = pytest.mark.servers


def _own(tmp_path: Path, **changed: object) -> BrokerSettings:
    port, controller_port = free_ports(2)
    return BrokerSettings(
        data_dir=tmp_path,
        port=port,
        controller_port=controller_port,
        **changed,  # type: ignore[arg-type]
    )


def _send(servers: str, topic: str, *values: bytes, timestamp_ms: int | None = None) -> None:
    producer = KafkaProducer(bootstrap_servers=servers, acks="all", compression_type="gzip")
    sent = [producer.send(topic, value, timestamp_ms=timestamp_ms) for value in values]
    for each in sent:
        each.get(timeout=180)
    producer.close()


def _read(servers: str, topic: str, count: int) -> list[bytes]:
    consumer = KafkaConsumer(
        topic,
        bootstrap_servers=servers,
        auto_offset_reset="earliest",
        consumer_timeout_ms=180_000,
        group_id=f"readers-of-{topic}",
    )
    values = [next(consumer).value for _ in range(count)]
    consumer.close()
    return values


def test_what_is_sent_is_read(broker: Broker, new_topic: Callable[..., str]) -> None:
    topic = new_topic()
    _send(broker.bootstrap_servers, topic, b"one", b"two")
    assert _read(broker.bootstrap_servers, topic, 2) == [b"one", b"two"]
    assert broker.health() == HEALTHY


def test_a_topic_is_not_created_by_use(broker: Broker) -> None:
    producer = KafkaProducer(bootstrap_servers=broker.bootstrap_servers, max_block_ms=1500)
    with pytest.raises(KafkaTimeoutError):
        producer.send("nobody.created.this", b"x").get(timeout=2)
    producer.close()


def test_a_clock_may_run_ahead(broker: Broker, new_topic: Callable[..., str]) -> None:
    tomorrow_ms = int((time.time() + 86_400) * 1000)
    topic = new_topic()
    _send(broker.bootstrap_servers, topic, b"later", timestamp_ms=tomorrow_ms)
    assert _read(broker.bootstrap_servers, topic, 1) == [b"later"]


def test_data_is_kept_and_no_process_is_left(tmp_path: Path) -> None:
    settings = _own(tmp_path)
    with Broker(settings) as first:
        admin = KafkaAdminClient(bootstrap_servers=first.bootstrap_servers)
        admin.create_topics([NewTopic("kept", 1, 1)])
        admin.close()
        _send(first.bootstrap_servers, "kept", b"before")
        pid = first.pid
    assert pid is not None
    assert not Path(f"/proc/{pid}").exists()
    assert first.exit_reason() == "not started"
    with Broker(settings) as second:
        _send(second.bootstrap_servers, "kept", b"after")
        assert _read(second.bootstrap_servers, "kept", 2) == [b"before", b"after"]


def test_a_busy_port_is_told_with_the_way_out(tmp_path: Path) -> None:
    settings = _own(tmp_path)
    listening = socket.create_server(("127.0.0.1", settings.port))
    with listening, pytest.raises(PortBusyError) as caught:
        Broker(settings).start()
    assert f"port {settings.port} for broker is held by process " in str(caught.value)
    assert "HUBWATCH_BOOTSTRAP_SERVERS" in caught.value.hint


def test_a_wrong_property_ends_the_start_with_what_the_broker_said(tmp_path: Path) -> None:
    settings = _own(tmp_path, properties={"num.io.threads": "none"})
    with pytest.raises(StartError) as caught:
        Broker(settings).start()
    assert "num.io.threads" in str(caught.value)
