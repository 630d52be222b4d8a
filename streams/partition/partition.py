"""The state machine of one partition: a batch in, alerts, situations and refusals out.

Pure: the clock is passed in, nothing is sent. One writer owns it, so there are no locks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from schemas.alert import Alert
from schemas.errors import RecordError
from streams.fusion.freshness import look_ms
from streams.fusion.group import Group
from streams.fusion.measure import Catalogue
from streams.gate import NEVER_MS, Folder, Gate, Incoming, Refusal, SourceState
from streams.partition.mark import Counts, Mark
from streams.partition.outputs import StepOutput
from streams.partition.picture import Picture
from streams.rules.book import RuleBook
from streams.site.model import Site

UPKEEP_EVERY_MS = 30_000


class Folding(Folder):
    """Takes the records of one batch into a picture; `sources` are those they came from, each once,
    `alerts` what came of it."""

    __slots__ = ("alerts", "picture", "sources")

    def __init__(self, picture: Picture, alerts: list[Alert]) -> None:
        self.picture = picture
        self.alerts = alerts
        self.sources: list[SourceState] = []

    def fold(self, source: SourceState, record: Any, received_ms: int) -> None:
        group: Group = source.group
        observed_ms: int = record.observed_at_ms
        if observed_ms >= group.step_end_ms:
            if group.dirty and not group.mixed:
                self.picture.evaluate(group, group.received_ms, self.alerts)
            group.begin(observed_ms)
        if group.fold(source, record, received_ms):
            self.picture.evaluate(group, received_ms, self.alerts)
        elif not group.put_off_ms:
            self.picture.put_off(group, look_ms(received_ms))
        if not source.batch_count:
            self.sources.append(source)
        source.batch_count += 1


class Partition:
    """All state of the cells whose key falls into one partition.

    `positions` holds, by inbox topic, the offset of the next record to read: the state contains
    exactly the records before it. `stream_ms` is the newest arrival among those, `ticked_ms` the
    instant up to which time has passed. `record_types` maps a record kind to what `decode` returns.
    """

    def __init__(
        self,
        number: int,
        cells: Iterable[str],
        *,
        site: Site,
        catalogue: Catalogue,
        rules: RuleBook,
        decode: Callable[[bytes], Any],
        explain: Callable[[bytes], RecordError],
        record_types: Mapping[str, type],
    ) -> None:
        self.number = number
        self.cells = frozenset(cells)
        self.site = site
        self.picture = Picture(
            self.cells, site=site, catalogue=catalogue, rules=rules, record_types=record_types
        )
        self.gate = Gate(
            site,
            decode=decode,
            explain=explain,
            register=self.picture.register,
            cells=self.cells,
        )
        self.picture.wire()
        self.positions: dict[str, int] = {}
        self.cell_positions: dict[str, dict[str, int]] = {}
        self.saved: dict[str, int] = {}
        """the digest of each cell's newest snapshot"""
        self.stream_ms = 0
        self.counts = {cell: Counts() for cell in ("", *self.cells)}
        """by the cell whose state contains the record, "" for records keyed with none"""
        self._cells_by_key = {cell.encode(): cell for cell in self.cells}
        self._next_upkeep_ms = NEVER_MS
        self.ticked_ms = 0

    def step(self, topic: str, department: str, batch: Sequence[Incoming]) -> StepOutput:
        """Takes one batch of one inbox topic, in the order of its offsets; what depends on records
        still to come is left to the next `tick`, however the batches are cut.

        Values are judged fresh or stale at the arrival of the records, not at the moment of the
        call: catching up after an outage gives what would have been computed in time.
        """
        output = StepOutput()
        if not batch:
            return output
        fresh = self._not_held(topic, batch)
        output.held = len(batch) - len(fresh)
        folding = Folding(self.picture, output.alerts)
        self.gate.sift(department, fresh, folding, output.refused)
        output.processed = self._count(folding.sources)
        self._count_refused(output.refused)
        self.positions[topic] = batch[-1].offset + 1
        self.stream_ms = max(self.stream_ms, batch[-1].timestamp)
        return output

    def _not_held(self, topic: str, batch: Sequence[Incoming]) -> Sequence[Incoming]:
        """Drops the records a restored cell already contains, until the topic has caught up."""
        if not self.cell_positions:
            return batch
        positions = self.cell_positions
        if batch[0].offset >= max(held.get(topic, 0) for held in positions.values()):
            return batch
        return [
            incoming
            for incoming in batch
            if incoming.offset
            >= positions.get(self._cells_by_key.get(incoming.key or b"", ""), {}).get(topic, 0)
        ]

    def _count(self, sources: Sequence[SourceState]) -> int:
        """Counts what was folded of a batch; returns how many records."""
        folded = 0
        for source in sources:
            group: Group = source.group
            cell = group.place.cell
            processed = self.counts[cell].processed
            processed[source.feed] = processed.get(source.feed, 0) + source.batch_count
            feed_state = self.picture.feeds[source.feed]
            feed_state.last_received_ms = max(feed_state.last_received_ms, group.received_ms)
            self.picture.dirty_cells.add(cell)
            folded += source.batch_count
            source.batch_count = 0
        return folded

    def _count_refused(self, refused: Sequence[Refusal]) -> None:
        for refusal in refused:
            cell = self._cells_by_key.get(refusal.incoming.key or b"", "")
            feed = refusal.feed if refusal.feed in self.site.feeds else ""
            row = (refusal.department, feed, refusal.reason.value)
            quarantined = self.counts[cell].quarantined
            quarantined[row] = quarantined.get(row, 0) + 1
            if cell:
                self.picture.dirty_cells.add(cell)

    def totals(self) -> Counts:
        """The counts of all cells together."""
        return Counts.together(self.counts.values())

    def mark(self) -> Mark:
        """Where it stands now."""
        return Mark(
            partition=self.number,
            positions=dict(self.positions),
            stream_ms=self.stream_ms,
            ticked_ms=self.ticked_ms,
            counts=self.counts[""],
            cells=dict(self.saved),
        )

    def resume(self, mark: Mark) -> None:
        """Goes on from a durable mark; the cells are restored already."""
        self.positions = dict(mark.positions)
        self.counts[""] = mark.counts
        self.stream_ms = mark.stream_ms
        self.ticked_ms = mark.ticked_ms
        now_ms = mark.ticked_ms or mark.stream_ms
        if now_ms:
            self._next_upkeep_ms = _after(now_ms, UPKEEP_EVERY_MS)
        self.picture.recall(mark.ticked_ms)

    # -- time ------------------------------------------------------------------------------

    @property
    def due_ms(self) -> int:
        """The next instant at which time alone can change something; call `tick` for it, after all
        records that arrived before."""
        return min(self.picture.due_ms, self._next_upkeep_ms)

    def begin(self, now_ms: int) -> None:
        """Time starts here, unless it runs already: what was never heard of is looked at too."""
        if self._next_upkeep_ms == NEVER_MS and now_ms > 0:
            self._next_upkeep_ms = _after(now_ms, UPKEEP_EVERY_MS)
            self.picture.due_ms = min(self.picture.due_ms, self._next_upkeep_ms)

    def tick(self, now_ms: int, *, tell: bool = True) -> StepOutput:
        """What time alone brings up to `now_ms`: sources fall silent, warnings expire, ladders
        freeze. At half minutes the clocks of the feeds are compared with that of the broker.

        `tell` False leaves the situations to a later call.
        """
        output = StepOutput()
        # the clock may have run ahead of records that were still on their way
        now_ms = self.ticked_ms = max(now_ms, self.ticked_ms)
        self.picture.look(now_ms, output.alerts)
        self.picture.tick(now_ms, output.alerts)
        if now_ms >= self._next_upkeep_ms:
            self.picture.compare_clocks(self._next_upkeep_ms, UPKEEP_EVERY_MS)
            self.picture.maintain(now_ms)
            self._next_upkeep_ms = _after(now_ms, UPKEEP_EVERY_MS)
        self.begin(now_ms)
        if tell:
            self._tell(now_ms, output)
        return output

    def tell(self) -> StepOutput:
        """What has changed since it was last told, for those who follow live and do not want to
        wait until time is due."""
        output = StepOutput()
        if self.ticked_ms:
            self._tell(self.ticked_ms, output)
        return output

    def _tell(self, now_ms: int, output: StepOutput) -> None:
        output.situations = self.picture.take_situations(now_ms)
        output.told_ms = now_ms


def _after(now_ms: int, every_ms: int) -> int:
    """The first whole multiple of `every_ms` after `now_ms`."""
    return now_ms - now_ms % every_ms + every_ms
