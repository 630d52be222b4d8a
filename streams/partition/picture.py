"""The fused picture of a partition: what is known of each of its places, and what it means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from heapq import heapify, heappop, heappush

from msgspec.structs import force_setattr

from schemas.alert import Alert
from schemas.value import Situation, Value
from streams.fusion.derive import accumulate, derive
from streams.fusion.freshness import look_ms, next_look_ms
from streams.fusion.group import Group
from streams.fusion.hearing import Hearing
from streams.fusion.measure import Catalogue, Context
from streams.fusion.rollup import roll_up
from streams.gate import FUTURE_MS, NEVER_MS, SKEW_WINDOW_MS, Contract, FeedState, SourceState
from streams.partition.place import Delay, PlaceState, wire
from streams.partition.watchers import Watchers
from streams.rules.book import RuleBook
from streams.site.model import Site, Source

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
        self.watchers = Watchers(rules, self.places.values())
        self.doubts: Counter[tuple[str, str]] = Counter()
        self.dirty_cells: set[str] = set()
        self._record_types = record_types
        self._contracts: dict[tuple[str, str], Contract] = {}
        """by feed and place"""
        self.due_ms = NEVER_MS
        self._checks_ms = 0
        """no later than the first instant at which time changes something in a group"""
        self.skewed_feeds: frozenset[str] = frozenset()
        """those whose clock is off by more than the gate forgives"""
        self.ahead_ms: dict[str, int] = {}
        """cells whose snapshot is newer than the mark: time has passed for them up to then"""
        self._changed: dict[str, PlaceState] = {}
        self._put_off: dict[Group, None] = {}
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
                mixed=len(self.site.departments_granted(feed.kind, state.place.key)) > 1,
            )
        contract = self._contracts.get((feed.key, state.place.key))
        if contract is None:
            contract = Contract(feed, state.place, self._record_types[feed.kind])
            self._contracts[feed.key, state.place.key] = contract
        new = SourceState(source, contract, registered=registered, group=group)
        group.add(new)
        self._checks_ms = 0
        if not registered:
            self.wire()
        return new

    def wire(self) -> None:
        """Works out which measures each place has; values never heard of start as unknown."""
        depth = {key: len(self.site.ancestors(key)) for key in self.places}
        wire(self.places, self.catalogue, depth)
        for state in self.places.values():
            for measure in state.available:
                if measure not in state.values:
                    state.values[measure] = Value(
                        measure=measure, status="unknown", reason="no-source"
                    )
                    self._changed[state.place.key] = state

    # -- evaluating ------------------------------------------------------------------------

    def evaluate(self, group: Group, now_ms: int, alerts: list[Alert]) -> None:
        """Computes what the group's sources say at `now_ms`, and what follows from it alone; what
        follows from other kinds and places too waits for the next look."""
        state = self.places[group.place.key]
        hearing = group.hear(now_ms, skewed=self.skewed_feeds)
        self._check_at(group.earliest_check_ms)
        for reason, source in hearing.doubts.items():
            self.doubts[source.department, reason.value] += 1
        changed = False
        for row in group.rows:
            changed |= self._set(state, group.value(row, hearing), now_ms, alerts)
        if group.accumulations:
            changed |= self._accumulate(state, group, hearing, now_ms, alerts)
        at_ms = group.newest_ms() or now_ms
        changed |= self._derive(state, group.kind, at_ms, now_ms, alerts)
        group.late = group.sudden = group.dirty = False
        if group.put_off_ms:
            group.put_off_ms = 0
            del self._put_off[group]
        if changed:
            self._note_change(state)
            self._pass_on(state, now_ms)

    def _check_at(self, at_ms: int) -> None:
        self._checks_ms = min(self._checks_ms, at_ms)
        self.due_ms = min(self.due_ms, at_ms)

    def put_off(self, group: Group, at_ms: int) -> None:
        """Leaves a group that has heard something to a look."""
        group.put_off_ms = at_ms
        self._put_off[group] = None
        self.due_ms = min(self.due_ms, at_ms)

    def look(self, now_ms: int, alerts: list[Alert]) -> None:
        """Evaluates what was put off, then all that follows from several kinds or places."""
        ahead_ms = {cell: ms for cell, ms in self.ahead_ms.items() if ms >= now_ms}
        if len(ahead_ms) < len(self.ahead_ms):
            self._checks_ms = 0
        self.ahead_ms = ahead_ms
        for group in [each for each in self._put_off if each.put_off_ms <= now_ms]:
            if group.place.cell not in self.ahead_ms:
                self.evaluate(group, group.received_ms, alerts)
                self.dirty_cells.add(group.place.cell)
        self._roll_up_all(now_ms, alerts)

    def _accumulate(
        self, state: PlaceState, group: Group, hearing: Hearing, now_ms: int, alerts: list[Alert]
    ) -> bool:
        changed = False
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
                heard_ms=group.newest_ms(),
                simulated=group.simulated,
            )
            changed |= self._set(state, value, now_ms, alerts)
            if row.arrivals:
                state.arrivals = row.arrivals(accumulation.state, context)
        return changed

    def compare_clocks(self, at_ms: int, every_ms: int) -> None:
        """Samples how long records took to arrive, at every place that got one within `every_ms`;
        a cell that is ahead has its samples of then."""
        for state in self.places.values():
            if state.place.cell not in self.ahead_ms:
                self._sample_delays(state, at_ms, at_ms - every_ms)
            for delay in state.delays:
                if delay.compared_ms == at_ms:
                    self.feeds[delay.feed].hear(delay.received_ms, delay.observed_ms)
        self.judge_clocks()

    def _sample_delays(self, state: PlaceState, at_ms: int, since_ms: int) -> None:
        found = [
            Delay(at_ms, group.last.feed, group.received_ms, group.last.folded_ms)
            for group in state.groups.values()
            if group.last is not None and group.received_ms >= since_ms
        ]
        if found:
            feeds = {delay.feed for delay in found}
            horizon_ms = min(delay.received_ms for delay in found) - SKEW_WINDOW_MS
            state.delays = [
                *(d for d in state.delays if d.feed not in feeds or d.received_ms > horizon_ms),
                *found,
            ]
            self.dirty_cells.add(state.place.cell)

    def _recall_clocks(self, now_ms: int) -> None:
        """Compares clocks anew as it was done up to `now_ms`."""
        delays = [delay for state in self.places.values() for delay in state.delays]
        for delay in sorted(delays, key=lambda delay: delay.compared_ms):
            if delay.compared_ms <= now_ms:
                self.feeds[delay.feed].hear(delay.received_ms, delay.observed_ms)
        self.judge_clocks()

    def judge_clocks(self) -> None:
        """Finds which feeds are skewed."""
        self.skewed_feeds = frozenset(
            [key for key, feed in self.feeds.items() if abs(feed.skew_ms) > FUTURE_MS]
        )

    def _derive(
        self, state: PlaceState, origin: str, at_ms: int, now_ms: int, alerts: list[Alert]
    ) -> bool:
        rows = state.derived[origin]
        if not rows:
            return False
        changed = False
        context = Context(site=self.site, place=state.place, at_ms=at_ms)
        for row in rows:
            changed |= self._set(state, derive(row, state.values, context), now_ms, alerts)
        return changed

    def _set(self, state: PlaceState, value: Value, now_ms: int, alerts: list[Alert]) -> bool:
        """Keeps a value, which was made for this and which nobody else has, and steps the ladders
        that watch it; says whether it is another one, which the caller notes, once for all values
        of the place."""
        before = state.values[value.measure]
        changed = (
            before.observed_at_ms != value.observed_at_ms  # mostly: there is no need to call
            or not before.says_the_same(value)
        )
        if changed:
            # a copy would cost more than the comparison
            force_setattr(value, "version", before.version + 1)
            state.values[value.measure] = value
        found = self.watchers.step(state, value, now_ms)
        if state.place.key in self.watchers.restless:
            self.due_ms = min(self.due_ms, next_look_ms(now_ms))
        if found:
            alerts += found
            self.dirty_cells.add(state.place.cell)
        return changed

    def _note_change(self, state: PlaceState) -> None:
        """A value of the place is another one: that is to be told, and to be kept."""
        self._changed[state.place.key] = state
        self.dirty_cells.add(state.place.cell)

    # -- what follows from several kinds and places ----------------------------------------

    def _pass_on(self, state: PlaceState, now_ms: int) -> None:
        """A place has changed: what follows from it and others is due at the next look."""
        at_ms = look_ms(now_ms)
        if state.derived[""]:
            self.roll_up_at(state, at_ms)
        if state.parent is not None and state.parent.roll_ups:
            self.roll_up_at(state.parent, at_ms)

    def roll_up_at(self, state: PlaceState, at_ms: int) -> None:
        """Leaves what follows from several kinds or places to a look, if not to one before."""
        if not state.roll_up_ms or at_ms < state.roll_up_ms:
            state.roll_up_ms = at_ms
            self._rolling[state.place.key] = state
            self.due_ms = min(self.due_ms, at_ms)

    def _roll_up_all(self, now_ms: int, alerts: list[Alert]) -> None:
        """Brings places up to date with those within them, the deepest first."""
        while due := [
            state
            for state in self._rolling.values()
            if state.roll_up_ms <= now_ms and state.place.cell not in self.ahead_ms
        ]:
            self._roll_up(max(due, key=lambda state: state.depth), now_ms, alerts)

    def _roll_up(self, state: PlaceState, now_ms: int, alerts: list[Alert]) -> None:
        del self._rolling[state.place.key]
        state.roll_up_ms = 0
        changed = False
        newest_ms = 0
        for row in state.roll_ups:
            pairs = [(child.place, child.values[row.measure]) for child in row.children]
            value = roll_up(row.measure, row.how, pairs)
            newest_ms = max(newest_ms, value.observed_at_ms or 0)
            changed |= self._set(state, value, now_ms, alerts)
        changed |= self._derive(state, "", newest_ms or now_ms, now_ms, alerts)
        if changed:
            self._note_change(state)
            if state.parent is not None and state.parent.roll_ups:
                self.roll_up_at(state.parent, now_ms)

    # -- the clock -------------------------------------------------------------------------

    def tick(self, now_ms: int, alerts: list[Alert]) -> None:
        """What time alone changes: sources fall silent, warnings expire, ladders freeze."""
        if self._checks_ms <= now_ms:
            self._check_groups(now_ms, alerts)
        for cell, alert in self.watchers.withdraw(now_ms):
            alerts.append(alert)
            self.dirty_cells.add(cell)
        for place, cell in list(self.watchers.restless.items()):
            if cell not in self.ahead_ms and (found := self.watchers.tick(place, now_ms)):
                alerts += found
                self.dirty_cells.add(cell)
        self.due_ms = min(self._dues(now_ms), default=NEVER_MS)

    def _check_groups(self, now_ms: int, alerts: list[Alert]) -> None:
        """Looks at each group in the instants at which something can change, in their order, and
        not when the call happens to come: a late call finds the same."""
        groups = [
            group
            for state in self.places.values()
            if state.place.cell not in self.ahead_ms
            for group in state.groups.values()
        ]
        due = [
            (at_ms, index)
            for index, group in enumerate(groups)
            if group.earliest_check_ms <= now_ms and (at_ms := group.next_check_ms) <= now_ms
        ]
        heapify(due)
        while due:
            due_ms = due[0][0]
            at_ms = due_ms if due_ms >= now_ms - RECALLED_MS else now_ms
            while due and due[0][0] == due_ms:
                _, index = heappop(due)
                self.evaluate(groups[index], at_ms, alerts)
                next_ms = groups[index].next_check_ms
                if next_ms <= now_ms:
                    heappush(due, (next_ms, index))
            self._roll_up_all(at_ms, alerts)
        self._checks_ms = min([group.next_check_ms for group in groups], default=NEVER_MS)

    def _dues(self, now_ms: int) -> Iterator[int]:
        """When each thing that waits for time is due."""
        ahead_ms = self.ahead_ms
        yield self._checks_ms
        if any(cell not in ahead_ms for cell in self.watchers.restless.values()):
            yield next_look_ms(now_ms)
        yield from (g.put_off_ms for g in self._put_off if g.place.cell not in ahead_ms)
        yield from (s.roll_up_ms for s in self._rolling.values() if s.place.cell not in ahead_ms)
        yield from map(next_look_ms, ahead_ms.values())

    def recall(self, now_ms: int) -> None:
        """Works out again, after a restart, when each group is to be looked at next: as of when it
        was looked at last. `now_ms` 0: time has not begun."""
        self._recall_clocks(now_ms)
        if now_ms:  # what the site no longer has is withdrawn
            self.due_ms = min(self.due_ms, next_look_ms(now_ms))
        for state in self.places.values():
            passed_ms = max(now_ms, self.ahead_ms.get(state.place.cell, 0))
            for group in state.groups.values():
                waits = group.received_ms and not group.looked_ms
                at_ms = max(passed_ms, group.looked_ms)
                if at_ms and not waits:
                    group.recall(at_ms, skewed=self.skewed_feeds)
                    self._check_at(group.next_check_ms)

    def maintain(self, now_ms: int) -> None:
        """Bounds memory: forgets what no verdict and no value needs; at half minutes, those that a
        cell that is ahead has had included."""
        for state in self.places.values():
            if state.place.cell in self.ahead_ms:
                continue
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
