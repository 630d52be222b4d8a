"""The hub process: what only the whole site can know, from the situations of all cells.

It steps at every minute of stream time: once each partition of the workers has told everything up
to that minute, so that the same situations give the same picture however they arrive. When a
partition stops telling, its places are taken as not heard of after a while by the wall clock.
On start it reads the compacted topic from the beginning; only what it carries from step to step
(queues, hysteresis, open alerts) comes from its own snapshot.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Mapping
from typing import Any

import msgspec
import structlog
from faust.types import TP

from schemas.alert import Alert
from schemas.codec import decode, explain
from schemas.structs import structs
from schemas.value import Situation, Value
from streams.domains import catalogue
from streams.hub.areas import Areas
from streams.hub.hub import Hub
from streams.hub.load import HubSettings
from streams.hub.picture import HubPicture
from streams.hub.state import HubState
from streams.partition import Partition
from streams.rules.book import RuleBook
from streams.rules.state import LadderState
from streams.runtime.app import batches, every, faust_app
from streams.runtime.clock import SiteClock
from streams.runtime.messages import alert_message, hub_message
from streams.runtime.outbox import Outbox, Outgoing
from streams.runtime.settings import Settings
from streams.runtime.snapshots import read_topic
from streams.runtime.topics import HUB_SNAPSHOTS, SITUATION, partition_of
from streams.runtime.transport import BatchApp
from streams.site.model import Site

log = structlog.get_logger()

STEP_MS = 60_000
PAUSE_MS = 900_000
WARM_UP_MS = 120_000
"""of stream time before the very first step: a site that has just been called up is not blind"""
SILENT_WALL_SECONDS = 30.0


class HubSnapshot(msgspec.Struct):
    hub: HubState
    ladders: dict[str, dict[str, LadderState]]
    stepped_ms: int


class HubProcess:
    """Follows `situation`, keeps the picture of the whole site, tells what it adds to it."""

    def __init__(
        self,
        settings: Settings,
        site: Site,
        rules: RuleBook,
        hub_settings: HubSettings,
        clock: SiteClock,
    ) -> None:
        self.settings = settings
        self.site = site
        self.rules = rules
        self.clock = clock
        self.hub = Hub(site, hub_settings)
        self.areas = Areas(site, catalogue(), expected_measures(site, rules))
        self.situations: dict[str, Situation] = {}
        self.picture: HubPicture | None = None
        self.values: dict[str, dict[str, Value]] = {}
        self.ladders: dict[str, dict[str, LadderState]] = {}
        self.stepped_ms = 0
        self.stepped_at = time.monotonic()
        self.saved_at = time.monotonic()
        self.silent: frozenset[int] = frozenset()
        self.outbox = Outbox(settings.bootstrap_servers, client_id="hubwatch-hub")
        self._waiting: dict[int, deque[Situation]] = {}
        self._told_ms: dict[int, int] = {}
        self._first_ms = 0
        self._told_at: dict[int, float] = {}
        self._positions: dict[TP, int] = {}
        self._decode = msgspec.json.Decoder(Situation).decode
        self._stepping = asyncio.Lock()
        self.app = self._build_app()

    def _build_app(self) -> BatchApp:
        app = faust_app(self.settings.hub_group, self.settings)

        @app.agent(batches(app, (SITUATION,)), name="situation", concurrency=1)
        async def take_in(stream: Any) -> None:
            async for event in stream.events():
                await self.take_in(event.message)

        every(app, 1.0, self.watch)
        every(app, self.settings.snapshot_seconds, self.save)
        app.restore = self.restore
        app.release = self.release
        return app

    # -- reading ---------------------------------------------------------------------------

    async def take_in(self, message: Any) -> None:
        """Takes one batch of situations; what the hub itself told is passed over.

        So is a batch that was fetched for an assignment that is over: it may follow on a gap.
        """
        tp = TP(message.topic, message.partition)
        if message.generation_id != self.app.consumer_generation_id:
            return
        async with self._stepping:
            waiting = self._waiting.setdefault(tp.partition, deque())
            for record in message.value:
                if record.offset < self._positions.get(tp, 0) or record.value is None:
                    continue
                self._positions[tp] = record.offset + 1
                situation = self._decode(record.value)
                if not situation.cell:
                    continue
                if situation.sign_of_life:
                    self._hear(tp.partition, situation.at_ms)
                else:
                    waiting.append(situation)
            await self._advance()

    def _hear(self, partition: int, at_ms: int) -> None:
        self._told_ms[partition] = max(at_ms, self._told_ms.get(partition, 0))
        self._told_at[partition] = time.monotonic()
        if partition in self.silent:
            self.silent -= {partition}
            log.warning("a partition of the workers tells again", partition=partition)

    async def _advance(self) -> None:
        """Steps at every minute all partitions that still tell have passed."""
        if not self._told_ms:
            return
        numbers = range(self.settings.partitions)
        heard = [self._told_ms.get(n, 0) for n in numbers if n not in self.silent]
        if not heard:
            return
        boundary_ms = self._next_boundary_ms()
        while min(heard) >= boundary_ms:
            await self._step(boundary_ms)
            boundary_ms = self._next_boundary_ms()

    def _next_boundary_ms(self) -> int:
        """The next minute at which something can have changed."""
        if self.stepped_ms:
            following_ms = self.stepped_ms - self.stepped_ms % STEP_MS + STEP_MS
            heads = [waiting[0].at_ms for waiting in self._waiting.values() if waiting]
            oldest_ms = min([*heads, *self._told_ms.values()], default=following_ms)
            pause = oldest_ms - following_ms > PAUSE_MS  # nobody told anything meanwhile
            return oldest_ms - oldest_ms % STEP_MS if pause else following_ms
        if not self._first_ms:
            self._first_ms = min(self._told_ms.values())
        return (self._first_ms + WARM_UP_MS) // STEP_MS * STEP_MS

    # -- stepping --------------------------------------------------------------------------

    async def _step(self, now_ms: int) -> None:
        self._absorb(now_ms)
        known = {
            key: situation
            for key, situation in self.situations.items()
            if partition_of(situation.cell, self.settings.partitions) not in self.silent
        }
        above = self.areas.values({key: one.values for key, one in known.items()}, now_ms)
        for key, values in above.items():
            known[key] = Situation(
                site=self.site.key, place=key, cell="", at_ms=now_ms, values=values
            )
        self.picture = self.hub.step(known, now_ms)
        added = {key: dict(values) for key, values in above.items()}
        for key, values in self.picture.values.items():
            added.setdefault(key, {}).update(values)
        await self._tell(added, now_ms)
        self.stepped_ms = now_ms
        self.stepped_at = time.monotonic()

    def _absorb(self, now_ms: int) -> None:
        for waiting in self._waiting.values():
            while waiting and waiting[0].at_ms <= now_ms:
                situation = waiting.popleft()
                self.situations[situation.place] = situation

    async def _tell(self, added: Mapping[str, Mapping[str, Value]], now_ms: int) -> None:
        for place, values in added.items():
            before = self.values.get(place, {})
            told = {
                key: _numbered(_as_of(value, now_ms), before.get(key))
                for key, value in values.items()
            }
            if told != before:
                self.values[place] = told
                situation = Situation(
                    site=self.site.key, place=place, cell="", at_ms=now_ms, values=told
                )
                await self.outbox.send(hub_message(situation))
        for alert in self._alerts(added, now_ms):
            await self.outbox.send(alert_message(alert))

    def _alerts(self, added: Mapping[str, object], now_ms: int) -> list[Alert]:
        """Steps the ladders that watch the hub's values, then lets time pass in all there are."""
        alerts: list[Alert] = []
        for place in added:
            for key, value in self.values[place].items():
                for ladder in self.rules.at(key, place):
                    states = self.ladders.setdefault(place, {})
                    state = states.setdefault(ladder.rule.key, LadderState())
                    alerts += ladder.step(state, value, now_ms)
        for place, states in self.ladders.items():
            for rule, state in states.items():
                alerts += self.rules.ladder(rule, place).tick(state, now_ms)
        return alerts

    # -- the clock -------------------------------------------------------------------------

    async def watch(self) -> None:
        """Takes partitions that have stopped telling as silent, and goes on without them."""
        async with self._stepping:
            now = time.monotonic()
            gone = {
                number
                for number, told_at in self._told_at.items()
                if now - told_at > SILENT_WALL_SECONDS
            }
            if gone - self.silent:
                log.warning("partitions of the workers tell nothing", partitions=sorted(gone))
            self.silent = frozenset(gone)
            if self.silent and self.stepped_ms:
                boundary_ms = self.clock.now_ms() // STEP_MS * STEP_MS
                if boundary_ms > self.stepped_ms:
                    await self._step(boundary_ms)

    # -- durability ------------------------------------------------------------------------

    async def save(self) -> None:
        """Writes the hub's own state, once everything it led to is acknowledged."""
        if not self.stepped_ms:
            return
        async with self._stepping:
            raw = msgspec.msgpack.encode(HubSnapshot(self.hub.state, self.ladders, self.stepped_ms))
            positions = dict(self._positions)
        await self.outbox.settled()
        await self.outbox.send(Outgoing(HUB_SNAPSHOTS, self.site.key.encode(), raw, partition=0))
        await self.outbox.settled()
        self.saved_at = time.monotonic()
        self.app.batch_consumer.durable.update(positions)

    async def restore(self, assignment: set[TP]) -> Mapping[TP, int]:
        """Loads the snapshot at the first assignment; reading starts at the topic's beginning."""
        await self.outbox.start()
        if not self.stepped_ms:
            async for _, raw in read_topic(self.settings.bootstrap_servers, HUB_SNAPSHOTS, 0):
                kept = msgspec.msgpack.decode(raw, type=HubSnapshot)
                self.hub.state, self.ladders = kept.hub, kept.ladders
                self.stepped_ms = kept.stepped_ms
        return {tp: self._positions.get(tp, 0) for tp in assignment}

    async def release(self, revoked: set[TP]) -> None:  # noqa: ARG002  the signature of Release
        await self.save()


def expected_measures(site: Site, rules: RuleBook) -> dict[str, set[str]]:
    """The measures each place of a cell can have, by the sources registered there."""
    everything = Partition(
        0,
        site.cells,
        site=site,
        catalogue=catalogue(),
        rules=rules,
        decode=decode,
        explain=explain,
        record_types=structs(),
    )
    return {
        key: state.available for key, state in everything.picture.places.items() if state.available
    }


def _as_of(value: Value, now_ms: int) -> Value:
    """What the hub computes speaks of the minute it stepped to, not of its newest input."""
    if value.value is None:
        return value
    return msgspec.structs.replace(value, observed_at_ms=now_ms)


def _numbered(value: Value, before: Value | None) -> Value:
    """The value with its version: that of `before` when it says the same, else the next one."""
    if before is None:
        return value
    return before if before.says_the_same(value) else value.following(before)
