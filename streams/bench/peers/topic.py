"""The topic all engines read, and what each of them must find in it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from streams.bench.inbox import fill
from streams.bench.load import Load
from streams.bench.peers.state import State, Told
from streams.bench.rig import BROKER_PROPERTIES
from streams.bench.stream import Message, Stream
from streams.runtime.servers import Broker, BrokerSettings
from streams.runtime.servers.ports import free_ports
from streams.runtime.topics import Topic, create_topics, partition_of

NAME = "peers"
KEEP = {"retention.ms": "-1", "message.timestamp.before.max.ms": str(2**63 - 1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The first `records` of the topic: where it ends in each partition, and what is in it."""

    records: int
    ends: tuple[int, ...]
    told: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The broker runs and the topic is full. `parts` are by their number of records."""

    load: Load
    bootstrap_servers: str
    folder: Path
    parts: Mapping[int, Part]


@contextmanager
def written(load: Load, sizes: Collection[int]) -> Iterator[Written]:
    """A broker with one topic as long as the largest of `sizes`; gone afterwards.

    Raises ServerError.
    """
    with TemporaryDirectory(prefix="hubwatch-peers-") as scratch:
        folder = Path(scratch)
        port, controller_port = free_ports(2)
        settings = BrokerSettings(
            data_dir=folder,
            port=port,
            controller_port=controller_port,
            profile="benchmark",
            properties=BROKER_PROPERTIES,
        )
        topic = Topic(
            name=NAME, key="place", about="", partitions=load.partitions, config=dict(KEEP)
        )
        with Broker(settings) as broker:
            create_topics(broker.bootstrap_servers, (topic,), replication=1)
            ledger = _Ledger(load, sizes)
            asyncio.run(fill(broker.bootstrap_servers, ledger.messages()))
            yield Written(
                load=load,
                bootstrap_servers=broker.bootstrap_servers,
                folder=folder,
                parts=ledger.parts,
            )


class _Ledger:
    """Renders the messages and keeps account of them, by a decoder that no engine uses."""

    def __init__(self, load: Load, sizes: Collection[int]) -> None:
        self.parts: dict[int, Part] = {}
        self._load = load
        self._sizes = frozenset(sizes)
        self._ends = [0] * load.partitions
        self._state = State()

    def messages(self) -> Iterator[Message]:
        last = max(self._sizes)
        for number, message in enumerate(_messages(self._load), start=1):
            self._enter(message)
            if number in self._sizes:
                self.parts[number] = self._part(number)
            yield message
            if number == last:
                return

    def _enter(self, message: Message) -> None:
        self._ends[message.partition] += 1
        record = json.loads(message.value)
        value = record["speed_kmh"] if record["kind"] == "road_flow" else record["count"]
        self._state.add(record["source"], record["place"], value, record["observed_at_ms"])

    def _part(self, records: int) -> Part:
        told = self._state.told()
        return Part(records=records, ends=tuple(self._ends), told=told)


def _messages(load: Load) -> Iterator[Message]:
    """Both kinds in one topic, keyed by the place, so that a peer's state of a key is a place's."""
    stream = Stream(load)
    keys = [reporter.spot.key for reporter in load.reporters]
    partitions = [partition_of(key, load.partitions) for key in keys]
    inboxes = [(key.encode(), partition) for key, partition in zip(keys, partitions, strict=True)]
    number = 0
    while True:
        for message, (key, partition) in zip(stream.round(number), inboxes, strict=True):
            yield message._replace(topic=NAME, key=key, partition=partition)
        number += 1
