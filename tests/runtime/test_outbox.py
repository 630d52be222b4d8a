"""Nothing that was given to the outbox is lost, whatever happens to the broker."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress

import pytest
from aiokafka.errors import KafkaError

from streams.runtime.outbox import Outbox, Outgoing
from streams.runtime.refusal import FencedError, RefusedError
from streams.runtime.servers import Broker
from streams.runtime.servers.ports import free_ports
from streams.runtime.snapshots import read_topic
from streams.runtime.topics import MESSAGE_BYTES, Topic, create_topics
from tests.waiting import LIMIT_SECONDS

pytestmark = pytest.mark.servers


def new_topic(broker: Broker, more: Mapping[str, str] | None = None) -> str:
    name = f"out.{uuid.uuid4().hex[:6]}"
    config = {"max.message.bytes": "100000", **(more or {})}
    topic = Topic(name=name, key="", about="", partitions=1, config=config)
    create_topics(broker.bootstrap_servers, (topic,), 1)
    return name


async def values(broker: Broker, topic: str) -> list[bytes]:
    return [value async for _, value in read_topic(broker.bootstrap_servers, topic, 0)]


async def give(outbox: Outbox, topic: str, numbers: Iterable[int]) -> None:
    for n in numbers:
        await outbox.send(Outgoing(topic, b"k", b"%d" % n, partition=0))


async def give_all(outbox: Outbox, topic: str, numbers: Iterable[int]) -> None:
    await give(outbox, topic, numbers)
    await outbox.settled()


def first_seen(found: list[bytes]) -> list[int]:
    """In the order in which each came for the first time."""
    return list(dict.fromkeys(map(int, found)))


def test_settled_means_stored_in_order(own_broker: Broker) -> None:
    topic = new_topic(own_broker)

    async def scene() -> None:
        outbox = Outbox(own_broker.bootstrap_servers, client_id="test")
        await outbox.start()
        await give(outbox, topic, range(3_000))
        await outbox.settled()
        assert outbox.pending == 0
        assert await values(own_broker, topic) == [b"%d" % n for n in range(3_000)]
        await outbox.stop()
        assert (outbox.failures, outbox.unsendable) == (0, 0)

    asyncio.run(scene())


def test_what_is_too_large_is_counted_and_holds_up_nothing(own_broker: Broker) -> None:
    """Larger than the client sends, and larger than the broker takes of this topic."""
    topic = new_topic(own_broker)

    async def scene() -> None:
        outbox = Outbox(own_broker.bootstrap_servers, client_id="test")
        await outbox.start()
        await give(outbox, topic, range(5))
        await outbox.send(Outgoing(topic, b"k", b"x" * (int(MESSAGE_BYTES) + 1), partition=0))
        await outbox.settled()
        assert outbox.unsendable == 1
        await outbox.send(Outgoing(topic, b"k", b"x" * 200_000, partition=0))
        await outbox.settled()
        assert outbox.unsendable == 2
        await give(outbox, topic, range(5, 10))
        await outbox.send(Outgoing(topic, b"k", b"x" * 200_000, partition=0))
        await give(outbox, topic, range(10, 15))
        await outbox.settled()
        assert outbox.unsendable == 3
        await give(outbox, topic, range(15, 20))
        await outbox.stop()

    asyncio.run(scene())
    assert first_seen(asyncio.run(values(own_broker, topic))) == list(range(20))


def test_nothing_is_lost_while_the_broker_is_away(own_broker: Broker) -> None:
    topic = new_topic(own_broker)

    async def scene() -> None:
        outbox = Outbox(own_broker.bootstrap_servers, client_id="test")
        await outbox.start()
        await give(outbox, topic, range(100))
        await outbox.settled()
        own_broker.stop()
        await give(outbox, topic, range(100, 200))
        settling = asyncio.create_task(outbox.settled())
        await asyncio.sleep(1.0)
        assert not settling.done()
        assert outbox.pending
        own_broker.start()
        await asyncio.wait_for(settling, LIMIT_SECONDS)
        await give(outbox, topic, range(200, 210))
        await outbox.stop()

    asyncio.run(scene())
    found = first_seen(asyncio.run(values(own_broker, topic)))
    assert sorted(found) == list(range(210))
    assert found == sorted(found)


def test_nothing_is_lost_when_those_who_wait_are_cancelled(own_broker: Broker) -> None:
    """Also while all is sent again, after a message that the broker did not take."""
    topic = new_topic(own_broker)

    async def scene() -> None:
        outbox = Outbox(own_broker.bootstrap_servers, client_id="test")
        await outbox.start()
        for n in range(0, 2_000, 100):
            await give(outbox, topic, range(n, n + 100))
            if n % 500 == 0:
                await outbox.send(Outgoing(topic, b"k", b"x" * 200_000, partition=0))
            with suppress(TimeoutError):
                await asyncio.wait_for(give(outbox, topic, range(n, n + 100)), 0.001)
        patience = 0.001
        while outbox.pending:
            with suppress(TimeoutError):
                await asyncio.wait_for(outbox.settled(), patience)
            patience *= 1.2
        assert outbox.unsendable == 4
        await outbox.stop()

    asyncio.run(scene())
    assert first_seen(asyncio.run(values(own_broker, topic))) == list(range(2_000))


def test_what_is_refused_for_good_is_said_once_and_named(own_broker: Broker) -> None:
    """A topic that is not there, and a message that its topic will never take."""
    old = new_topic(own_broker, {"message.timestamp.before.max.ms": "1000"})

    async def refused(topic: str) -> str:
        outbox = Outbox(own_broker.bootstrap_servers, client_id="test", patience_seconds=1.0)
        await outbox.start()

        async def tell() -> None:
            for _ in range(3):
                await outbox.send(Outgoing(topic, b"k", b"v", timestamp_ms=1_000))
            await outbox.settled()

        with pytest.raises(RefusedError) as error:
            await tell()
        with pytest.raises(RefusedError):
            await outbox.settled()
        await asyncio.wait_for(outbox.stop(), LIMIT_SECONDS)
        return str(error.value)

    missing = asyncio.run(refused("out.missing"))
    assert "out.missing: there is no such topic; messages not stored: out.missing 1" in missing
    late = asyncio.run(refused(old))
    assert f"{old}: " in late
    assert "InvalidTimestamp" in late
    assert f"messages not stored: {old} 3" in late


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_it_ends_though_the_broker_is_away(own_broker: Broker) -> None:
    """The producer cannot be closed then; its connections end with the process."""
    topic = new_topic(own_broker)

    async def scene() -> None:
        outbox = Outbox(own_broker.bootstrap_servers, client_id="test")
        await outbox.start()
        await give(outbox, topic, [0])
        await outbox.settled()
        own_broker.stop()
        await give(outbox, topic, range(10))
        await asyncio.wait_for(outbox.stop(), LIMIT_SECONDS)
        assert outbox.pending == 10

    try:
        asyncio.run(scene())
    finally:
        own_broker.start()


def test_it_does_not_start_without_a_broker() -> None:
    (port,) = free_ports(1)

    async def scene() -> None:
        outbox = Outbox(f"127.0.0.1:{port}", client_id="test")
        with pytest.raises(KafkaError):
            await outbox.start()
        with pytest.raises(RuntimeError, match="not started"):
            await outbox.send(Outgoing("t", b"", b""))
        await outbox.stop()

    asyncio.run(scene())


def test_whoever_had_the_name_before_is_shut_out(own_broker: Broker) -> None:
    """A writer that wakes after another took over: nothing of it comes after what the other wrote,
    however often it tries; the other may lose its connection and goes on."""
    topic = new_topic(own_broker)
    name = f"owner-of-{topic}"

    async def scene() -> None:
        old, new = (
            Outbox(own_broker.bootstrap_servers, client_id="test", owner=name) for _ in range(2)
        )
        await old.start()
        await give(old, topic, range(3))
        await old.settled()
        await new.start()
        await give(new, topic, range(10, 13))
        await new.settled()
        await new._send_again()
        await give(new, topic, range(13, 15))
        await new.settled()
        for _ in range(2):
            with pytest.raises(FencedError, match="taken over"):
                await give_all(old, topic, range(3, 6))
        await old.stop()
        await give(new, topic, range(15, 20))
        await new.settled()
        await new.stop()
        found = first_seen(await values(own_broker, topic))
        assert found == [0, 1, 2, *range(10, 20)]

    asyncio.run(scene())


def test_a_name_taken_while_the_connection_is_lost_stays_taken(own_broker: Broker) -> None:
    topic = new_topic(own_broker)

    async def scene() -> None:
        old, new = (
            Outbox(own_broker.bootstrap_servers, client_id="test", owner=topic) for _ in range(2)
        )
        await old.start()
        await old._drop_producer()
        await new.start()
        with pytest.raises(FencedError):
            await give(old, topic, [1])
        await give(new, topic, [2])
        await new.settled()
        await new.stop()
        await old.stop()
        assert await values(own_broker, topic) == [b"2"]

    asyncio.run(scene())


def test_the_name_is_renewed_before_the_broker_forgets_it(
    own_broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = new_topic(own_broker)
    monkeypatch.setattr("streams.runtime.outbox.RENEWED_SECONDS", 0.0)

    async def scene() -> None:
        outbox = Outbox(own_broker.bootstrap_servers, client_id="test", owner=topic)
        await outbox.start()
        for number in range(3):
            await give_all(outbox, topic, [number])
            held = outbox._identity
            await outbox.renew()
            assert outbox._identity == held._replace(epoch=held.epoch + 1)
        await outbox.stop()
        assert await values(own_broker, topic) == [b"0", b"1", b"2"]

    asyncio.run(scene())
