"""The sources of one record kind at one place, and the values they make."""

from __future__ import annotations

from collections.abc import Sequence, Set
from math import inf
from typing import Any, Final

from librt.vecs import vec
from mypy_extensions import i64

from schemas.value import Value
from streams.fusion.freshness import fresh_until_ms, is_frozen, note_change
from streams.fusion.hearing import Hearing
from streams.fusion.measure import Accumulated, Measure, OverSources
from streams.fusion.reading import Reader
from streams.fusion.trail import Sample, Trail, row_of
from streams.gate.reasons import Reason
from streams.gate.source import SourceState
from streams.site.model import Place

HELD_BACK_UNTIL_BELIEVED: Final = 3
STEPS_A_CADENCE: Final = 2
SHORTEST_STEP_MS: Final = 1_000
"""more often nobody looks"""
SUDDEN_SHARE: Final = 0.25
SHARED = (OverSources.MEAN, OverSources.WEIGHTED_MEAN)
"""one source of n moves the value by an n-th of its own change"""
LOOK_AGAIN_MS: Final = 60_000
"""a value is looked at anew that often, even when nothing comes in"""


class Accumulation:
    """An Accumulated row and its state at one place."""

    __slots__ = ("heard", "row", "state")

    def __init__(self, row: Accumulated) -> None:
        self.row = row
        self.state: Any = row.start()
        self.heard = False


class Group:
    """Values are evaluated once a step of event time (`step_ms`), as soon as every source due in it
    has spoken, at the latest when a record of the next step comes or time is looked at, and carry
    the start of their step as `observed_at_ms`: so what a ladder sees does not depend on how
    records were cut into batches. A `sudden` change, which alone moves a value of the place
    by a quarter, does not wait. One source alone needs no steps: each of its samples is one. Where
    several departments may report (`mixed`), whose record comes first is chance: the place waits
    for the look, which all of them have reached.

    `put_off_ms` is the look it waits for, 0 while it waits for none. `awaited` counts the sources
    that are due in the step and have not spoken; None while it is not known who is, because a
    source has changed its standing since the last hearing, which was at `looked_ms`.
    """

    __slots__ = (
        "_alone",
        "_hearing",
        "_index",
        "_limits",
        "_newest_ms",
        "_numbers_at",
        "_reader",
        "_shortest_ms",
        "_spare",
        "accumulations",
        "awaited",
        "dirty",
        "kind",
        "last",
        "late",
        "looked_ms",
        "mixed",
        "place",
        "put_off_ms",
        "received_ms",
        "rows",
        "simulated",
        "sources",
        "step_end_ms",
        "step_ms",
        "sudden",
    )

    def __init__(
        self,
        place: Place,
        kind: str,
        *,
        rows: Sequence[Measure],
        accumulated: Sequence[Accumulated],
        mixed: bool = False,
    ) -> None:
        self.place = place
        self.kind = kind
        self.rows = tuple(rows)
        self.accumulations = [Accumulation(row) for row in accumulated]
        self.step_ms = 1
        self.sources: list[SourceState] = []
        self.last: SourceState | None = None
        self.awaited: int | None = None
        self.mixed = mixed
        self.dirty = False
        self.put_off_ms = 0
        self.late = False
        self.looked_ms = 0
        self.sudden = False
        self.simulated = False
        self.step_end_ms = self.step_ms
        self.received_ms = 0
        self._reader = Reader(rows)
        self._spare = self._reader.nothing()
        """the reading that is made next; the one it replaces is made anew after it"""
        self._index = {row.key: index for index, row in enumerate(self.rows)}
        self._numbers_at: vec[i64] = vec[i64]([self._reader.columns[r.key].at for r in self.rows])
        """by row: where readings have its number"""
        self._limits: vec[float] = vec[float]([inf] * len(self.rows))
        """by row: the change in it beyond which it is sudden"""
        self._alone = False
        self._hearing: Hearing | None = None
        self._newest_ms = 0
        self._shortest_ms = 0

    def add(self, source: SourceState) -> None:
        self.sources.append(source)
        source.windows = self._reader.windows()
        source.trail = self._reader.trail()
        source.reading = self._reader.nothing()
        self._shortest_ms = min(self._shortest_ms or source.cadence_ms, source.cadence_ms)
        self._alone = len(self.sources) == 1
        step_ms = 1 if self._alone else max(SHORTEST_STEP_MS, self._shortest_ms // STEPS_A_CADENCE)
        start_ms = self.step_end_ms - self.step_ms
        self.step_ms = step_ms
        self.resume(start_ms)
        self.awaited = None

    @property
    def fields(self) -> tuple[str, ...]:
        """What a sample holds behind its instant."""
        return self._reader.fields

    def read(self, record: Any) -> Sample:
        """The sample a record would be folded as."""
        return self._reader.sample(record)

    def resume(self, at_ms: int) -> None:
        """The step of event time is the one of this instant."""
        self.step_end_ms = self.floor(at_ms) + self.step_ms

    def begin(self, at_ms: int) -> None:
        """Another step of event time begins: who was fresh is awaited when its cadence is over."""
        self.resume(at_ms)
        if self.awaited is not None:
            self.awaited = self._due()

    def _due(self) -> int:
        if self._hearing is None:
            return 0
        end_ms = self.step_end_ms
        return sum([s.folded_ms + s.cadence_ms < end_ms for s in self._hearing.fresh])

    def fold(self, source: SourceState, record: Any, received_ms: int) -> bool:
        """Takes one admitted record; late ones are sorted in and mark the next values revised.

        Says whether that is all the step waits for: nobody else is due in it, or it cannot wait.
        """
        sample = self._reader.sample(record)
        observed_ms: i64 = sample[0]
        trail: Trail = source.trail
        reading = self._spare
        if observed_ms < source.folded_ms:
            trail.insert(sample)
            self._reader.read(trail, source.windows, reading, anew=True)
            self.late = True
        else:
            trail.append(sample)
            self._reader.read(trail, source.windows, reading, anew=False)
            self._hear_of(source, trail, observed_ms)
        self._spare, source.reading = source.reading, reading
        if not self.sudden:
            self.sudden = self._is_sudden(self._spare, reading)
        if self.accumulations:
            self._accumulate(record)
        self.simulated = record.simulated
        if received_ms >= self.received_ms:
            self.received_ms = received_ms
            self.last = source
        self.dirty = True
        return (self.awaited == 0 or self.sudden or self._alone) and not self.mixed

    def _hear_of(self, source: SourceState, trail: Trail, observed_ms: i64) -> None:
        """A source has spoken of a newer instant than before: whoever waits for it need not."""
        due_ms = source.folded_ms + source.cadence_ms
        next_due_ms = observed_ms + source.cadence_ms
        if self.awaited and due_ms < self.step_end_ms <= next_due_ms:
            self.awaited -= 1
        source.folded_ms = observed_ms
        if observed_ms > self._newest_ms:  # noqa: PLR1730  a call of max takes thrice as long
            self._newest_ms = observed_ms
        doubt = self._doubt(source, trail, observed_ms)
        if doubt is not source.doubt or not source.counted:
            source.doubt = doubt
            self.awaited = None

    def _is_sudden(self, before: vec[float], reading: vec[float]) -> bool:
        for row, at in enumerate(self._numbers_at):
            limit = self._limits[row]
            change = reading[at] - before[at]  # not-a-number where one is: that exceeds nothing
            if change > limit or change < -limit:
                return True
        return False

    def expect(self, row: Measure, value: Value) -> None:
        """Remembers the row's newest value, against which a change of one source is measured."""
        limit = inf  # of nothing, everything would be a large share
        if value.value:
            weight = value.heard if row.over_sources in SHARED else 1
            limit = SUDDEN_SHARE * abs(value.value) * weight
        self._limits[self._index[row.key]] = limit

    def _accumulate(self, record: Any) -> None:
        for accumulation in self.accumulations:
            accumulation.state = accumulation.row.fold(accumulation.state, record)
            accumulation.heard = True

    def _doubt(self, source: SourceState, trail: Trail, observed_ms: i64) -> Reason | None:
        """What makes the source's newest sample doubtful; notes when it moved."""
        reader = self._reader
        moved = reader.moved(trail)
        if moved:
            note_change(source, observed_ms)
        if reader.bounded:
            if len(source.trusted) > 0 and reader.jumps(source.trusted, trail):
                source.held_back += 1
                if source.held_back < HELD_BACK_UNTIL_BELIEVED:
                    return Reason.IMPLAUSIBLE_JUMP
            source.held_back = 0
            source.trusted = trail.copy_last(source.trusted)
        return None if moved or not is_frozen(source) else Reason.FROZEN

    def floor(self, observed_ms: int) -> int:
        """The start of the step an instant belongs to."""
        return observed_ms - observed_ms % self.step_ms

    def newest_ms(self) -> int:
        """The newest instant any source has spoken of, floored to its step; 0 before any.

        As of the last hearing, and of all that was folded since.
        """
        return self.floor(self._newest_ms)

    def hear(self, now_ms: int, *, skewed: Set[str]) -> Hearing:
        """Who of the expected sources is fresh, who of them is in doubt, and what they say.

        `skewed` names the feeds whose clock is off.
        """
        hearing = self._hearing
        if hearing is None or self.awaited is None or not hearing.holds(now_ms, skewed=skewed):
            hearing = self._hearing = self._listen(now_ms, skewed=skewed)
            hearing.renew()
            self.awaited = self._due()
        self.looked_ms = now_ms
        newest_ms: i64 = 0
        for source in hearing.usable:
            if source.folded_ms > newest_ms:  # noqa: PLR1730  as above
                newest_ms = source.folded_ms
        if newest_ms:
            hearing.newest_ms = self.floor(newest_ms)
        return hearing

    @property
    def next_check_ms(self) -> int:
        """Until then nothing changes by itself: no source goes stale, no minute is over."""
        if self._hearing is not None:
            self._hearing.renew()
        return self.earliest_check_ms

    @property
    def earliest_check_ms(self) -> int:
        """No later than `next_check_ms`, and known without asking the sources."""
        if self._hearing is None:
            return 0
        minute_ms = self.looked_ms - self.looked_ms % LOOK_AGAIN_MS + LOOK_AGAIN_MS
        return min(minute_ms, 1 + self._hearing.until_ms)

    def recall(self, now_ms: int, *, skewed: Set[str]) -> None:
        """Listens again after a restart; who is awaited stays as the snapshot has it."""
        awaited = self.awaited
        self.hear(now_ms, skewed=skewed)
        self.awaited = awaited

    def take_up(self, source: SourceState, trusted: Sample | None) -> None:
        """Goes on from the trail of a snapshot, and the sample trusted last. Works out what a
        snapshot does not hold."""
        trail: Trail = source.trail
        if trail.count:
            self._reader.read(trail, source.windows, source.reading, anew=True)
            source.folded_ms = int(trail.at_ms(trail.count - 1))
        if self._reader.bounded and trusted is not None:
            source.trusted = row_of(trusted)

    def _listen(self, now_ms: int, *, skewed: Set[str]) -> Hearing:
        """Asks every source."""
        hearing = Hearing(now_ms, skewed=skewed)
        newest_ms = 0
        for source in self.sources:
            source.counted = False
            newest_ms = max(newest_ms, source.folded_ms)
            if source.maintenance:
                hearing.edge_ms = min(hearing.edge_ms, source.maintenance_edge_ms(now_ms))
                if source.in_maintenance(now_ms):
                    continue
            hearing.expected += 1
            if source.folded_ms:
                self._ask(source, hearing, now_ms)
        for source in hearing.fresh:
            if source.feed in skewed:
                hearing.doubts[Reason.SKEWED] = source
        self._newest_ms = newest_ms
        return hearing

    def _ask(self, source: SourceState, hearing: Hearing, now_ms: int) -> None:
        if fresh_until_ms(source) < now_ms:
            return
        hearing.fresh.append(source)
        source.counted = True
        if source.doubt is not None:
            hearing.doubts[source.doubt] = source
        if source.doubt is not Reason.IMPLAUSIBLE_JUMP:
            hearing.usable.append(source)

    def value(self, row: Measure, hearing: Hearing) -> Value:
        """The row's value from what was heard; unknown rather than guessed."""
        column = self._reader.columns[row.key]
        value = hearing.value(row, column, revised=self.late, simulated=self.simulated)
        self.expect(row, value)
        return value
