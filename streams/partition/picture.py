"""The fused picture of a partition: what is known of each of its places, and what it means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from heapq import heapify, heappop, heappush

from schemas.alert import Alert
from schemas.value import Situation, Value
from streams.fusion.derive import accumulate, derive
from streams.fusion.group import Group
from streams.fusion.hearing import Hearing
from streams.fusion.measure import Catalogue, Context
from streams.fusion.rollup import roll_up
from streams.gate import FUTURE_MS, FeedState, SourceState
from streams.partition.place import PlaceState, wire
from streams.rules.book import RuleBook
from streams.rules.ladder import Ladder
from streams.rules.state import LadderState
from streams.site.model import Site, Source

NEVER_MS = 2**62
RECALLED_MS = 900_000
"""how far back `tick` makes up for instants that have passed since the last call"""


class Picture:
    """Places, their values and the ladders that watch them.

    `dirty_cells` collects the cells whose state changed since somebody last emptied it.
    """

    def __init__(
        self,
        cells: frozenset[str],
        *,
        site: Site,
        catalogue: Catalogue,
        rules: RuleBook,
        record_types: Mapping[str, type],
    ) -> None:
        self.site = site
        self.catalogue = catalogue
        self.rules = rules
        self.feeds = {key: FeedState(feed) for key, feed in site.feeds.items()}
        self.places = {
            place.key: PlaceState(place) for place in site.places.values() if place.cell in cells
        }
        self.ladders: dict[str, dict[str, LadderState]] = {}
        """by place and rule"""
        self.doubts: Counter[tuple[str, str]] = Counter()
        self.dirty_cells: set[str] = set()
        self._record_types = record_types
        self.due_ms = NEVER_MS
        """no later than the first instant at which time changes something in a group"""
        self._changed: dict[str, PlaceState] = {}
        self._rolling: dict[str, PlaceState] = {}

    # -- who reports -----------------------------------------------------------------------

    def register(self, source: Source, registered: bool) -> SourceState:
        """Makes room for a source; the first of its kind at a place opens a group there."""
        feed = self.site.feeds[source.feed]
        state = self.places[source.place]
        group = state.groups.get(feed.kind)
        if group is None:
            group = state.groups[feed.kind] = Group(
                state.place,
                feed.kind,
                rows=[r for r in self.catalogue.measures.values() if r.kind == feed.kind],
                accumulated=[
                    r
                    for r in self.catalogue.accumulated.values()
                    if r.kind == feed.kind
                    and (not r.place_kinds or state.place.kind in r.place_kinds)
                ],
                dwell_ms=int(feed.dwell_seconds * 1000) if feed.dwell_seconds else None,
            )
        new = SourceState(
            source,
            feed,
            cell_key=state.place.cell.encode(),
            record_type=self._record_types[feed.kind],
            registered=registered,
            group=group,
        )
        group.add(new)
        if not registered:
            self.wire()
        return new

    def wire(self) -> None:
        """Works out which measures each place has; values never heard of start as unknown."""
        depth = {key: len(self.site.ancestors(key)) for key in self.places}
        wire(self.places, self.catalogue, depth)
        for state in sorted(self.places.values(), key=lambda state: state.depth):
            above = state.parent is not None and state.parent.watched
            state.watched = above or any(
                self.rules.watch(measure, state.place.key) for measure in state.available
            )
            for measure in state.available:
                if measure not in state.values:
                    state.values[measure] = Value(
                        measure=measure, status="unknown", reason="no-source"
                    )
                    self._changed[state.place.key] = state

    # -- evaluating ------------------------------------------------------------------------

    def evaluate(self, group: Group, now_ms: int, alerts: list[Alert]) -> None:
        """Computes what the group's sources say at `now_ms`, and everything that follows."""
        state = self.places[group.place.key]
        hearing = group.hear(now_ms, skewed=self.skewed(group.sources[0].feed))
        self.due_ms = min(self.due_ms, group.earliest_check_ms)
        for reason in hearing.doubts:
            self.doubts[group.sources[0].department, reason.value] += 1
        for row in group.rows:
            self._set(state, group.value(row, hearing), now_ms, alerts)
        if group.accumulations:
            self._accumulate(state, group, hearing, now_ms, alerts)
        newest_ms = group.newest_ms()
        self._derive(state, group.kind, newest_ms or now_ms, now_ms, alerts)
        group.late = False
        group.dirty = False
        self._mark_parent(state, newest_ms, now_ms, alerts)

    def _accumulate(
        self, state: PlaceState, group: Group, hearing: Hearing, now_ms: int, alerts: list[Alert]
    ) -> None:
        context = Context(site=self.site, place=state.place, at_ms=now_ms)
        for accumulation in group.accumulations:
            row = accumulation.row
            # where silence is normal, time itself is news: a warning expires without a record
            as_of_ms = group.newest_ms() if row.coverage or group.dirty else now_ms
            value = accumulate(
                accumulation,
                hearing,
                context,
                observed_at_ms=as_of_ms,
                simulated=group.simulated,
            )
            self._set(state, value, now_ms, alerts)
            if row.arrivals:
                state.arrivals = row.arrivals(accumulation.state, context)

    def compare_clocks(self, since_ms: int) -> None:
        """Samples how long records took to arrive, at every place that got one since `since_ms`."""
        for state in self.places.values():
            for group in state.groups.values():
                if group.received_ms >= since_ms and group.delay_ms is not None:
                    feed = self.feeds[group.sources[0].feed]
                    feed.hear(group.received_ms, group.received_ms - group.delay_ms)

    def skewed(self, feed: str) -> bool:
        """The feed's clock is off by more than the gate forgives."""
        return abs(self.feeds[feed].skew_ms) > FUTURE_MS

    def _derive(
        self, state: PlaceState, after: str, at_ms: int, now_ms: int, alerts: list[Alert]
    ) -> None:
        rows = state.derived[after]
        if not rows:
            return
        context = Context(site=self.site, place=state.place, at_ms=at_ms)
        for row in rows:
            self._set(state, derive(row, state.values, context), now_ms, alerts)

    def _set(self, state: PlaceState, value: Value, now_ms: int, alerts: list[Alert]) -> None:
        """Keeps a new value and steps the ladders that watch it."""
        key = state.place.key
        before = state.values[value.measure]
        if not before.says_the_same(value):
            value = value.following(before)
            state.values[value.measure] = value
            state.changed = True
            self._changed[key] = state
            self.dirty_cells.add(state.place.cell)
        watch = self.rules.watch(value.measure, key)
        if watch is not None:
            calm = value.measure not in state.restless and watch.calm(value.value)
            ladders = watch.sleepless if calm else watch.ladders
            if ladders:
                awake = self._step(ladders, state, value, now_ms, alerts)
                if awake:
                    state.restless.add(value.measure)
                elif not calm:
                    state.restless.discard(value.measure)

    def _step(
        self,
        ladders: Iterable[Ladder],
        state: PlaceState,
        value: Value,
        now_ms: int,
        alerts: list[Alert],
    ) -> bool:
        """Steps ladders; says whether one of them is awake then."""
        states = self.ladders.setdefault(state.place.key, {})
        awake = False
        for ladder in ladders:
            ladder_state = states.get(ladder.rule.key)
            if ladder_state is None:
                ladder_state = states[ladder.rule.key] = LadderState()
            found = ladder.step(ladder_state, value, now_ms)
            if found:
                alerts += found
                self.dirty_cells.add(state.place.cell)
            awake = awake or ladder_state.awake
        return awake

    def take_up(self, place: str, ladders: Mapping[str, LadderState]) -> None:
        """Puts back what the ladders of a place remember; stepping them tells which sleep."""
        self.ladders[place] = dict(ladders)
        self.places[place].restless = set(self.places[place].available)

    # -- parents ---------------------------------------------------------------------------

    def _mark_parent(
        self, state: PlaceState, event_ms: int, now_ms: int, alerts: list[Alert]
    ) -> None:
        """A parent too is evaluated once a step of event time, however batches were cut; where no
        ladder would see it, at the end of the batch is early enough."""
        parent = state.parent
        if parent is None or not parent.roll_ups or not state.changed:
            return
        state.changed = False
        if event_ms > parent.roll_up_step:
            if parent.watched and parent.place.key in self._rolling:
                self._roll_up(parent, now_ms, alerts)
            parent.roll_up_step = event_ms
        self._rolling[parent.place.key] = parent

    def settle(self, now_ms: int, alerts: list[Alert]) -> None:
        """Brings all parents up to date, the deepest first."""
        while self._rolling:
            deepest = max(self._rolling.values(), key=lambda state: state.depth)
            self._roll_up(deepest, now_ms, alerts)

    def _roll_up(self, parent: PlaceState, now_ms: int, alerts: list[Alert]) -> None:
        del self._rolling[parent.place.key]
        for row in parent.roll_ups:
            pairs = [(child.place, child.values[row.measure]) for child in row.children]
            self._set(parent, roll_up(row.measure, row.how, pairs), now_ms, alerts)
        self._derive(parent, "", parent.roll_up_step or now_ms, now_ms, alerts)
        self._mark_parent(parent, parent.roll_up_step, now_ms, alerts)

    # -- the clock -------------------------------------------------------------------------

    def tick(self, now_ms: int, alerts: list[Alert]) -> None:
        """What time alone changes: sources fall silent, warnings expire, ladders freeze.

        Each group is looked at in the instants at which something can change, in their order, and
        not when the call happens to come: a late call finds the same.
        """
        groups = [group for state in self.places.values() for group in state.groups.values()]
        due = [
            (at_ms, index)
            for index, group in enumerate(groups)
            if group.earliest_check_ms <= now_ms and (at_ms := group.next_check_ms) <= now_ms
        ]
        heapify(due)
        while due:
            at_ms, index = heappop(due)
            group = groups[index]
            if at_ms < now_ms - RECALLED_MS:
                at_ms = now_ms
            self.evaluate(group, at_ms, alerts)
            self.settle(at_ms, alerts)
            at_ms = group.next_check_ms
            if at_ms <= now_ms:
                heappush(due, (at_ms, index))
        self.due_ms = min([group.next_check_ms for group in groups], default=NEVER_MS)
        self.settle(now_ms, alerts)
        for place, states in self.ladders.items():
            for rule, ladder_state in states.items():
                found = self.rules.ladder(rule, place).tick(ladder_state, now_ms)
                if found:
                    alerts += found
                    self.dirty_cells.add(self.places[place].place.cell)

    def recall(self, now_ms: int) -> None:
        """Works out again, after a restart, when each group is to be looked at next."""
        for state in self.places.values():
            for group in state.groups.values():
                group.hear(now_ms, skewed=self.skewed(group.sources[0].feed))
                self.due_ms = min(self.due_ms, group.next_check_ms)

    def maintain(self, now_ms: int) -> None:
        """Bounds memory: forgets what no verdict and no value needs; about once a minute."""
        for state in self.places.values():
            for group in state.groups.values():
                for source in group.sources:
                    source.forget_old()
                for accumulation in group.accumulations:
                    if accumulation.row.prune:
                        accumulation.state = accumulation.row.prune(accumulation.state, now_ms)

    # -- telling ---------------------------------------------------------------------------

    def take_situations(self, at_ms: int) -> list[Situation]:
        """The places that changed since the last call, as of now."""
        changed, self._changed = self._changed, {}
        return [
            Situation(
                site=self.site.key,
                place=state.place.key,
                cell=state.place.cell,
                at_ms=at_ms,
                values=dict(state.values),
                arrivals=state.arrivals,
            )
            for state in changed.values()
        ]
