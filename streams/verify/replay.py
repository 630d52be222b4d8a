"""What must be there: the log through the pure core again, all at once, and what was stored.

Both worlds are brought to the same instant: `truth` from the first record on, `stored` from the
newest marks and snapshots, as the next worker would.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.alert import Alert
from schemas.codec import decode, explain
from schemas.structs import structs
from streams.domains import catalogue
from streams.gate import Refusal
from streams.partition import Inflow, Partition, snapshot
from streams.partition.mark import Counts, Mark, Positions
from streams.partition.recovery import recover
from streams.partition.rows import CellSnapshot
from streams.partition.snapshot import read_mark
from streams.rules.book import RuleBook
from streams.runtime.snapshots import sort_out
from streams.runtime.topics import partition_of
from streams.site.model import Site
from streams.verify.evidence import At, Evidence, Where
from streams.verify.told import told

NEVER = 2**62
"""an offset that no log reaches"""


@dataclass
class World:
    """All partitions at one instant, and what they told on the way there."""

    cells: dict[str, CellSnapshot] = field(default_factory=dict)
    counts: list[Counts] = field(default_factory=list)
    """of each partition"""
    refused: dict[Where, Refusal] = field(default_factory=dict)
    due: list[Alert] = field(default_factory=list)
    """alerts up to the marks: they must be on the topic"""
    later: list[Alert] = field(default_factory=list)
    """alerts of the time after the marks: they may be"""

    def totals(self) -> Counts:
        """The counts of all partitions together."""
        return Counts.together(self.counts)


@dataclass(frozen=True, slots=True)
class Replay:
    """The two worlds at the same instant, and the marks that the stored one went on from."""

    truth: World
    stored: World
    marks: Mapping[int, Mark]
    due: Mapping[At, int]
    """the offset before which everything must have been taken up and told by now"""
    places: frozenset[str]
    """those that workers watch"""


class _Run:
    """One partition on its way through the log."""

    def __init__(
        self, partition: Partition, departments: Mapping[str, str], evidence: Evidence, world: World
    ) -> None:
        self._partition = partition
        self._evidence = evidence
        self._world = world
        self._inflow = Inflow(partition, departments)

    def advance(self, clock_ms: int, until: Positions) -> list[Alert]:
        """The alerts on the way to an instant and to these offsets."""
        number, alerts = self._partition.number, []
        for topic, begin in list(self._inflow.offered.items()):
            messages = self._evidence.inboxes[topic, number]
            if unread := [m for m in messages if begin <= m.offset < until.get(topic, 0)]:
                self._inflow.offer(topic, unread)
        for topic, output in self._inflow.advance({}, clock_ms):
            alerts += output.alerts
            for refusal in output.refused:
                self._world.refused[topic, number, refusal.incoming.offset] = refusal
        return alerts

    def stop(self) -> None:
        """Notes the state reached."""
        partition = self._partition
        for cell in partition.cells:
            self._world.cells[cell] = snapshot.read(snapshot.take(partition, cell))
        self._world.counts.append(partition.totals())


def replay(evidence: Evidence, site: Site, rules: RuleBook) -> Replay:
    """Replays the log of every partition. Raises SnapshotError and ForeignMessageError."""
    departments = {department.inbox: department.key for department in site.departments.values()}
    told_ms = max((alert.detected_at_ms for alert in told(evidence)), default=0)
    truth, stored, marks = World(), World(), {}
    due: dict[At, int] = {}
    for number in range(evidence.partitions):
        restored = _fresh(number, evidence, site, rules)
        mark = marks[number] = _restore(restored, evidence.snapshots[number])
        taken_up, reached = _positions(mark, restored, evidence)
        end_ms = max([mark.ticked_ms, *restored.picture.ahead_ms.values()])
        anew = _Run(_fresh(number, evidence, site, rules), departments, evidence, truth)
        truth.due += anew.advance(mark.ticked_ms, taken_up)
        truth.later += anew.advance(end_ms, reached)
        anew.stop()
        truth.later += anew.advance(told_ms, dict.fromkeys(departments, NEVER))
        again = _Run(restored, departments, evidence, stored)
        stored.later += again.advance(end_ms, reached)
        again.stop()
        due |= {(topic, number): offset for topic, offset in taken_up.items()}
    places = frozenset(p.key for p in site.places.values() if p.cell in site.cells)
    return Replay(truth, stored, marks, due, places)


def _positions(mark: Mark, restored: Partition, evidence: Evidence) -> tuple[Positions, Positions]:
    """What must have been taken up by now, and what the newest snapshot contains, if that is more.
    While records keep coming, both lie behind the end of the log."""
    ends = {
        topic: end for (topic, number), end in evidence.ends.items() if number == mark.partition
    }
    taken_up = {topic: max(end, mark.positions.get(topic, 0)) for topic, end in ends.items()}
    reached = {
        topic: max([offset, *(held.get(topic, 0) for held in restored.cell_positions.values())])
        for topic, offset in taken_up.items()
    }
    return taken_up, reached


def _fresh(number: int, evidence: Evidence, site: Site, rules: RuleBook) -> Partition:
    return Partition(
        number,
        [cell for cell in site.cells if partition_of(cell, evidence.partitions) == number],
        site=site,
        catalogue=catalogue(),
        rules=rules,
        decode=decode,
        explain=explain,
        record_types=structs(),
    )


def _restore(partition: Partition, newest: Mapping[bytes, bytes]) -> Mark:
    """Brings a partition to where its mark and snapshots stand; the start for one without."""
    found = sort_out(partition.number, newest)
    if found.mark is None:
        return Mark(partition.number, {}, 0)
    mark = read_mark(found.mark)
    recover(partition, mark, found.cells)
    return mark
