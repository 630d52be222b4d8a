"""The load: what the town's sensors say, with some of it wrong, and a ledger of what was stored."""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import pi, sin
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from streams.runtime.topics import partition_of
from streams.verify.ledger import ACCEPTED, Entry, Ledger, digest
from tests.faults.town import CADENCE_SECONDS, sources

PATIENCE_MS = 120_000
HOUR_MS = 3_600_000
FLUSH_SECONDS = 100.0
CLOSE_SECONDS = 5.0
USUAL: Mapping[str, float] = {
    "duplicate": 0.01,
    "conflict": 0.005,
    "not-json": 0.005,
    "unknown-feed": 0.002,
    "wrong-place": 0.002,
    "wrong-cell": 0.002,
    "future": 0.002,
    "too-late": 0.002,
    "late": 0.01,
}
"""share of the records that have a fate other than being good"""


@dataclass(frozen=True, slots=True)
class Sent:
    """Bytes on their way, and what must become of them."""

    topic: str
    key: bytes
    value: bytes
    expected: str
    feed: str = ""
    source: str = ""
    id: str = ""
    observed_at_ms: int = 0


@dataclass
class Sensors:
    """One round gives a record of every sensor; the same seed gives the same values and fates."""

    seed: int
    each: int
    fates: Mapping[str, float] = field(default_factory=lambda: USUAL)
    fated: str = ""
    """the one feed that has fates, if not all"""
    padding: int = 0
    """bytes added to those that are no record"""
    shift_ms: int = 0
    """how far the sensors' clocks are off; what becomes of a record is not known after a jump"""

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._jumped = False
        self._sources = sources(self.each)
        self._phase = {at: self._random.random() for _, _, at in self._sources}
        self._period = {at: self._random.uniform(8, 25) for _, _, at in self._sources}

    def round(self, number: int, now_ms: int) -> Iterator[Sent]:
        """What all of them send at an instant; some a second time, some of it wrong."""
        self._jumped = self._jumped or self.shift_ms != 0
        for source, feed, place in self._sources:
            record = self._record(source, feed, place, number, now_ms + self.shift_ms)
            fate = self._fate() if self.fated in ("", feed) else "good"
            for each in self._with_fate(record, fate, now_ms + self.shift_ms):
                yield replace(each, expected="") if self._jumped else each

    def _fate(self) -> str:
        drawn = self._random.random()
        for fate, share in self.fates.items():
            drawn -= share
            if drawn < 0:
                return fate
        return "good"

    def _record(
        self, source: str, feed: str, place: str, number: int, now_ms: int
    ) -> dict[str, Any]:
        """Every place goes up and down in its own time, so that its ladders do."""
        angle = 2 * pi * (number / self._period[place] + self._phase[place])
        level = 0.5 + 0.5 * sin(angle) + self._random.uniform(-0.02, 0.02)
        content: dict[str, Any] = (
            {"kind": "crowd_count", "count": max(0, int(level * 600 / self.each))}
            if feed == "police.crowd"
            else {
                "kind": "road_flow",
                "speed_kmh": round(60 - 40 * max(0.0, level), 1),
                "flow_veh_h": max(0.0, float(round(level * 6000))),
            }
        )
        return {
            **content,
            "id": f"{source}-{number}",
            "feed": feed,
            "source": source,
            "place": place,
            "observed_at_ms": now_ms,
            "simulated": True,
        }

    def _with_fate(self, record: dict[str, Any], fate: str, now_ms: int) -> Iterator[Sent]:
        if fate == "not-json":
            yield sent(record, fate, raw=b"\xff{" + record["id"].encode().ljust(self.padding))
        elif fate == "unknown-feed":
            yield sent({**record, "feed": "police.nothing"}, fate, like=record)
        elif fate == "wrong-place":
            yield sent({**record, "place": _neighbour(record["place"])}, fate)
        elif fate == "wrong-cell":
            yield sent(record, fate, key=b"nowhere")
        elif fate == "future":
            yield sent({**record, "observed_at_ms": now_ms + HOUR_MS}, fate)
        elif fate == "too-late":
            yield sent({**record, "observed_at_ms": now_ms - 2 * HOUR_MS}, fate)
        elif fate == "late":
            yield sent(record, ACCEPTED)
            # an instant between two rounds, so that nothing was heard of it yet
            past_ms = now_ms - int(CADENCE_SECONDS * 2500) - 1
            yield sent(
                {**record, "observed_at_ms": past_ms, "id": f"{record['id']}-late"}, ACCEPTED
            )
        else:
            yield sent(record, ACCEPTED)
            if fate == "duplicate":
                yield sent(record, fate)
            elif fate == "conflict":
                changed = "count" if "count" in record else "flow_veh_h"
                yield sent({**record, changed: record[changed] + 1}, fate)


def _neighbour(place: str) -> str:
    """Another place of the same facility."""
    swaps = {"east": "west", "west": "east", "k1": "k2", "k2": "k1"}
    facility, zone = place.split(".")
    return f"{facility}.{swaps[zone]}"


def sent(
    record: dict[str, Any],
    expected: str,
    *,
    raw: bytes | None = None,
    key: bytes | None = None,
    like: dict[str, Any] | None = None,
) -> Sent:
    """A record on its way to its department; `like` names the one whose inbox it goes to."""
    department = (like or record)["feed"].partition(".")[0]
    return Sent(
        topic=f"inbox.{department}",
        key=key or record["place"].partition(".")[0].encode(),
        value=json.dumps(record).encode() if raw is None else raw,
        expected=expected,
        feed="" if raw else record["feed"],
        source="" if raw else record["source"],
        id="" if raw else record["id"],
        observed_at_ms=0 if raw else record["observed_at_ms"],
    )


class Load:
    """Sends rounds in a thread of its own until it is stopped; every acknowledgement is listed.

    What the broker has not acknowledged may or may not be in the log, and is in no ledger.
    """

    def __init__(
        self, bootstrap_servers: str, partitions: int, sensors: Sensors, ledger: Path
    ) -> None:
        self.sensors = sensors
        self.stored = 0
        self.failed = 0
        self._bootstrap_servers = bootstrap_servers
        self._partitions = partitions
        self._ledger = Ledger(ledger)
        self._lost: set[str] = set()
        """ids of which nobody knows whether they are stored: what follows them may be refused"""
        self._ended = threading.Event()
        self._number = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns when everything sent is acknowledged or given up."""
        self._ended.set()
        self._thread.join()
        self._ledger.close()

    def abandon(self) -> None:
        """Returns soon, whatever is on its way."""
        if self._thread.is_alive() and self._loop is not None and self._running is not None:
            self._loop.call_soon_threadsafe(self._running.cancel)
            self._thread.join()
        self._ledger.close()

    async def _run(self) -> None:
        self._loop, self._running = asyncio.get_running_loop(), asyncio.current_task()
        with suppress(asyncio.CancelledError):
            await self._send_rounds()

    async def _send_rounds(self) -> None:
        while not self._ended.is_set():
            producer = await self._connected()
            try:
                await self._send_until_one_is_lost(producer)
            finally:
                with suppress(KafkaError, TimeoutError):
                    await asyncio.wait_for(producer.stop(), CLOSE_SECONDS)

    async def _send_until_one_is_lost(self, producer: AIOKafkaProducer) -> None:
        failures = self.failed
        waiting: set[asyncio.Task[None]] = set()
        while not self._ended.is_set() and self.failed == failures:
            began = time.monotonic()
            now_ms = time.time_ns() // 1_000_000
            for each in self.sensors.round(self._number, now_ms):
                with suppress(KafkaError):
                    answer = await self._send(producer, each)
                    waiting.add(asyncio.create_task(self._list(each, answer)))
            self._number += 1
            waiting = {task for task in waiting if not task.done()}
            await asyncio.sleep(max(0.0, CADENCE_SECONDS - (time.monotonic() - began)))
        if waiting:
            await asyncio.wait(waiting, timeout=FLUSH_SECONDS)

    async def _connected(self) -> AIOKafkaProducer:
        while True:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap_servers,
                acks="all",
                enable_idempotence=True,
                request_timeout_ms=PATIENCE_MS,
            )
            try:
                await producer.start()
            except KafkaError:
                await producer.stop()
                await asyncio.sleep(0.5)
            else:
                return producer

    async def _send(self, producer: AIOKafkaProducer, each: Sent) -> Any:
        cell = each.key.decode()
        at = 0 if each.expected == "wrong-cell" else partition_of(cell, self._partitions)
        return await producer.send(each.topic, each.value, each.key, partition=at)

    async def _list(self, each: Sent, answer: Any) -> None:
        try:
            stored = await answer
        except KafkaError:
            self.failed += 1
            self._lost.add(each.id)
            return
        self.stored += 1
        self._ledger.add(
            Entry(
                topic=each.topic,
                partition=stored.partition,
                offset=stored.offset,
                at_ms=stored.timestamp,
                digest=digest(each.value),
                expected="" if each.id and each.id in self._lost else each.expected,
                feed=each.feed,
                source=each.source,
                id=each.id,
                observed_at_ms=each.observed_at_ms,
            )
        )
