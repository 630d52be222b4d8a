"""The hub process: what only the whole site can know, from the situations of all cells.

It steps at every minute of stream time that its partitions have told of (`streams.hub.minutes`);
by the clock when none of them tells. On start it reads the compacted topic from the beginning; only
what it carries from step to step (queues, hysteresis, open alerts) comes from its own snapshot.
"""

from __future__ import annotations

import asyncio
import time
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
from streams.hub import snapshot
from streams.hub.areas import Areas
from streams.hub.hub import Hub
from streams.hub.load import HubSettings
from streams.hub.minutes import STEP_MS, Minutes
from streams.hub.picture import HubPicture
from streams.partition import Partition
from streams.rules.book import RuleBook
from streams.rules.state import LadderState
from streams.runtime.app import batches, every, faust_app
from streams.runtime.brokertime import BrokerTime
from streams.runtime.clock import SiteClock
from streams.runtime.gaps import Gaps
from streams.runtime.messages import alert_message, hub_message
from streams.runtime.outbox import Outbox, Outgoing
from streams.runtime.settings import Settings
from streams.runtime.snapshots import OWNER_PREFIX, read_topic
from streams.runtime.topics import HUB_SNAPSHOTS, SITUATION
from streams.runtime.transport import BatchApp
from streams.runtime.watchdog import Standing
from streams.site.model import Site

log = structlog.get_logger()


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
        self.time = BrokerTime(clock)
        self.hub = Hub(site, hub_settings)
        self.areas = Areas(site, catalogue(), expected_measures(site, rules))
        self.minutes = Minutes(settings.partitions)
        self.picture: HubPicture | None = None
        self.values: dict[str, dict[str, Value]] = {}
        self.ladders: snapshot.Ladders = {}
        self.stepped_at = time.monotonic()
        self.saved_at = time.monotonic()
        self.outbox = Outbox(
            settings.bootstrap_servers, client_id="hubwatch-hub", owner=settings.hub_group
        )
        self._positions: dict[TP, int] = {}
        self._decode = msgspec.json.Decoder(Situation).decode
        self._stepping = asyncio.Lock()
        self._midway = False
        self.app = self._build_app()
        self._gaps = Gaps(self._seek)

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
        app.async_exit_stack.push_async_callback(self.outbox.stop)
        return app

    @property
    def stepped_ms(self) -> int:
        """The minute it stands at, 0 before the first."""
        return self.minutes.stepped_ms

    # -- reading ---------------------------------------------------------------------------

    async def take_in(self, message: Any) -> None:
        """Takes one batch of situations; what the hub itself told is passed over.

        So is a batch that was fetched for an assignment that is over: it may follow on a gap.
        """
        tp = TP(message.topic, message.partition)
        if message.generation_id != self.app.consumer_generation_id:
            return
        async with self._stepping:
            batch = await self._gaps.continuing(tp, message.value, self._positions.get(tp, 0))
            now = time.monotonic()
            for record in batch:
                if record.offset > self._positions.get(tp, 0):
                    self.minutes.miss(tp.partition)
                self._positions[tp] = record.offset + 1
                if record.value is None:
                    continue
                situation = self._decode(record.value)
                if situation.cell:
                    self.minutes.take(tp.partition, situation, now)
            await self._advance()

    async def _seek(self, tp: TP, offset: int) -> None:
        await self.app.consumer.seek(tp, offset)

    async def _advance(self) -> None:
        """Steps at every minute all partitions that still tell have passed."""
        while (due_ms := self.minutes.due_ms()) is not None:
            passed_over = (due_ms - self.stepped_ms) // STEP_MS - 1
            if self.stepped_ms and passed_over:
                log.warning("passed over: nothing was told, or it is gone", minutes=passed_over)
            await self._step(due_ms)

    # -- stepping --------------------------------------------------------------------------

    async def _step(self, now_ms: int) -> None:
        self._midway = True
        known = self.minutes.known(now_ms)
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
        self.minutes.stepped_ms = now_ms
        self.stepped_at = time.monotonic()
        self._midway = False

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
            before = self.minutes.silent
            self.minutes.look(time.monotonic())
            silent = self.minutes.silent
            if silent - before:
                log.warning("partitions of the workers tell nothing", partitions=sorted(silent))
            if before - silent:
                log.warning("partitions of the workers tell again", again=sorted(before - silent))
            boundary_ms = self.time.now_ms() // STEP_MS * STEP_MS
            if not self.minutes.nobody_tells:
                await self._advance()
            elif boundary_ms > self.stepped_ms:
                await self._step(boundary_ms)

    def standings(self) -> dict[int, Standing]:
        """Where each partition of the situations stands; may be asked from any thread."""
        consumer = self.app.batch_consumer
        return {
            tp.partition: Standing(position, consumer.unread(tp, position), (consumer.answer(tp),))
            for tp, position in list(self._positions.items())
            if tp in consumer.assignment()
        }

    # -- durability ------------------------------------------------------------------------

    async def save(self) -> None:
        """Writes the hub's own state, once everything it led to is acknowledged.

        A step that failed half-way must not become durable.
        """
        async with self._stepping:
            if self._midway or not self.stepped_ms:
                return
            raw = snapshot.write(self.hub.state, self.ladders, self.stepped_ms)
            positions = dict(self._positions)
        await self.outbox.renew()
        await self.outbox.settled()
        left_out = self.outbox.left_out[HUB_SNAPSHOTS]
        await self._write(self.site.key, raw)
        if self.outbox.left_out[HUB_SNAPSHOTS] > left_out:
            return  # what was too large is not durable
        self.saved_at = time.monotonic()
        self.app.batch_consumer.durable.update(positions)

    async def _write(self, key: str, value: bytes) -> None:
        message = Outgoing(HUB_SNAPSHOTS, key.encode(), value, partition=0, heard=self.time.hear)
        await self.outbox.send(message)
        await self.outbox.settled()

    async def restore(self, assignment: set[TP]) -> Mapping[TP, int]:
        """Loads the snapshot at the first assignment; reading starts at the topic's beginning."""
        await self.outbox.start()
        if not self.stepped_ms:
            await self._write(OWNER_PREFIX, b"")  # behind it no other hub can write
            await self._resume()
        self._gaps.clear()
        self.minutes.begin(time.monotonic())
        return {tp: self._positions.get(tp, 0) for tp in assignment}

    async def _resume(self) -> None:
        """Goes on from the newest snapshot, if there is one that can be read."""
        newest = None
        async for key, raw in read_topic(self.settings.bootstrap_servers, HUB_SNAPSHOTS, 0):
            if key == self.site.key.encode():
                newest = raw
        if newest is None:
            return
        try:
            kept = snapshot.read(newest)
        except snapshot.HubSnapshotError as error:
            log.error("snapshot set aside, beginning anew", error=str(error))  # noqa: TRY400  its line says all
            return
        self.hub.state, self.ladders = kept.hub, kept.ladders
        self.minutes.stepped_ms = kept.stepped_ms

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
