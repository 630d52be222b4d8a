"""Reads topics without a consumer group: nobody's offsets move, and no gateway is needed."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import msgspec
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from streams.cli.errors import BrokerUnreachableError, NotKnownError, UnreadableError
from streams.cli.text import meant

Content = TypeVar("Content")

CONNECT_MS = 3_000
CLOSE_MS = 1_000
POLL_MS = 500

logging.getLogger("kafka").setLevel(logging.CRITICAL)  # a command says in one line what is wrong


@dataclass(frozen=True, slots=True)
class Message:
    """A record of a topic. `at_ms` is the broker's or the publisher's stamp, Unix ms."""

    topic: str
    partition: int
    offset: int
    at_ms: int
    key: str
    value: bytes
    headers: Mapping[str, str]


class Reader:
    """A connection to the broker. Messages whose value was deleted (compaction) are left out."""

    def __init__(self, consumer: KafkaConsumer) -> None:
        self._consumer = consumer

    def topics(self) -> frozenset[str]:
        return frozenset(self._consumer.topics())

    def partitions(self, topics: Iterable[str]) -> list[TopicPartition]:
        """All partitions of the topics. Raises NotKnownError for a topic that is not there."""
        there = self.topics()
        found: list[TopicPartition] = []
        for topic in topics:
            if topic not in there:
                hint = meant(topic, there) or "create it with: hubwatch topics --create"
                raise NotKnownError(f"there is no topic {topic}", hint=hint)
            numbers = self._consumer.partitions_for_topic(topic) or set()
            found += [TopicPartition(topic, number) for number in sorted(numbers)]
        return found

    def counts(self, topics: Iterable[str]) -> dict[str, int]:
        """Messages between the first kept and the last one of each topic, by offset."""
        parts = self.partitions(topics)
        starts = self._consumer.beginning_offsets(parts)
        found: dict[str, int] = {}
        for part, end in self._consumer.end_offsets(parts).items():
            found[part.topic] = found.get(part.topic, 0) + end - starts[part]
        return found

    def past(self, *topics: str) -> Iterator[Message]:
        """Everything from the start of the topics to their present end, in order a partition."""
        parts = self.partitions(topics)
        ends = self._consumer.end_offsets(parts)
        self._consumer.assign(parts)
        self._consumer.seek_to_beginning(*parts)
        while any(self._consumer.position(part) < ends[part] for part in parts):
            yield from self._next()

    def following(self, topics: Sequence[str], since_ms: Mapping[str, int]) -> Iterator[Message]:
        """Messages to come, and before them those stamped `since_ms[topic]` or later; no end."""
        parts = self.partitions(topics)
        self._consumer.assign(parts)
        self._consumer.seek_to_end(*parts)
        wanted = {part: since_ms[part.topic] for part in parts if part.topic in since_ms}
        for part, found in (self._consumer.offsets_for_times(wanted) if wanted else {}).items():
            if found is not None:
                self._consumer.seek(part, found.offset)
        while True:
            yield from self._next()

    def _next(self) -> Iterator[Message]:
        for batch in self._consumer.poll(timeout_ms=POLL_MS).values():
            for record in batch:
                if record.value is not None:
                    yield Message(
                        topic=record.topic,
                        partition=record.partition,
                        offset=record.offset,
                        at_ms=record.timestamp,
                        key=(record.key or b"").decode(errors="replace"),
                        value=record.value,
                        headers={n: v.decode(errors="replace") for n, v in record.headers},
                    )


def decoded(message: Message, decode: Callable[[bytes], Content]) -> Content:
    """What our own process wrote. Raises UnreadableError, naming the message."""
    try:
        return decode(message.value)
    except msgspec.MsgspecError as error:
        at = f"{message.topic}/{message.partition}@{message.offset}"
        raise UnreadableError(f"message {at}: {error}") from error


@contextmanager
def reading(bootstrap_servers: str) -> Iterator[Reader]:
    """A reader while it is needed. Raises BrokerUnreachableError."""
    require_answer(bootstrap_servers)
    try:
        consumer = KafkaConsumer(
            bootstrap_servers=bootstrap_servers.split(","),
            client_id="hubwatch-cli",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            bootstrap_timeout_ms=CONNECT_MS,
            check_crcs=False,  # in pure Python it takes ten times as long as all the rest
        )
    except KafkaError as error:
        raise unreachable(bootstrap_servers, error) from error
    try:
        yield Reader(consumer)
    except KafkaError as error:
        raise unreachable(bootstrap_servers, error) from error
    finally:
        consumer.close(timeout_ms=CLOSE_MS)


def require_answer(bootstrap_servers: str) -> None:
    """Raises BrokerUnreachableError when nobody listens at any of the addresses.

    The client finds out as well, but only after its whole patience.
    """
    reason: OSError | None = None
    for server in bootstrap_servers.split(","):
        host, _, port = server.strip().rpartition(":")
        try:
            socket.create_connection((host, int(port)), CONNECT_MS / 1000).close()
        except OSError as error:
            reason = error
        except ValueError:
            raise BrokerUnreachableError(
                f"{server!r} is no address of a broker", hint="write it as host:port"
            ) from None
        else:
            return
    raise unreachable(bootstrap_servers, reason or OSError("no address"))


def unreachable(bootstrap_servers: str, error: Exception) -> BrokerUnreachableError:
    """The error of a command for one of the client or of the network."""
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return BrokerUnreachableError(f"no broker answers at {bootstrap_servers}: {reason}")
