"""Restarts anywhere against a run that never stopped: between the snapshots of cells, between them
and the mark, at instants on the grid of looks and off it, with several departments and a clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

import pytest

from schemas.alert import Alert
from streams.partition import Inflow, Partition, StepOutput, snapshot
from streams.partition.recovery import recover
from tests.partition.conftest import partition_of_town, rules_of
from tests.partition.stream import body, message
from tests.partition.test_partition import shown
from tests.town import SOURCES, T0_MS, Message, town

DEPARTMENTS = {"inbox.transport": "transport", "inbox.police": "police"}
EVERYBODY = (*SOURCES, ("police.crowd", "pol-1", "hall.east"))
TOWN = town(EVERYBODY)
RULES = rules_of(TOWN)
PAUSES_MS = (50, 300, 900, 1000, 2500, 7000)
LATE_MS = (0, 0, 0, 0, 500, 12_000, 33_000, 120_000)

Log = dict[str, list[Message]]


def new_partition() -> Partition:
    return partition_of_town(TOWN, RULES)


def written(chance: Random) -> tuple[Log, int]:
    """What the two inboxes hold, and when the last record arrived."""
    log: Log = {topic: [] for topic in DEPARTMENTS}
    at_ms = T0_MS
    for _ in range(chance.choice([40, 90, 160])):
        at_ms += chance.choice([40_000, 200_000]) if chance.random() < 0.03 else 0
        at_ms += chance.choice(PAUSES_MS)
        feed, source, place = chance.choice((*EVERYBODY, ("transport.crowd", "new", "hall.west")))
        fields = (
            {"speed_kmh": 1.0 * chance.randrange(120), "flow_veh_h": 100.0 * chance.randrange(40)}
            if feed.endswith("road")
            else {"count": chance.randrange(120)}
        )
        content = body(feed, source, place, at_ms - 300 - chance.choice(LATE_MS), **fields)
        inbox = log[f"inbox.{feed.partition('.')[0]}"]
        for _ in range(2 if chance.random() < 0.05 else 1):  # now and then one comes twice
            inbox.append(message(len(inbox), at_ms, place.partition(".")[0], content))
    return log, at_ms


class Run:
    """A worker's partition that reads the log up to an instant of its clock."""

    def __init__(self, partition: Partition) -> None:
        self.partition = partition
        self._inflow = Inflow(partition, DEPARTMENTS)

    def until(self, log: Log, clock_ms: int) -> list[StepOutput]:
        for topic, messages in log.items():
            start = self._inflow.offered[topic]
            batch = [m for m in messages if m.offset >= start and m.timestamp <= clock_ms]
            if batch:
                self._inflow.offer(topic, batch)
        return [output for _, output in self._inflow.advance({}, clock_ms)]


class Disk:
    """What is durable: any part of a save may be missing when the worker dies."""

    def __init__(self) -> None:
        self.cells: dict[str, bytes] = {}
        self.mark: bytes | None = None

    def save(self, partition: Partition, chance: Random) -> None:
        dirty, partition.picture.dirty_cells = partition.picture.dirty_cells, set()
        taken = {cell: snapshot.take(partition, cell) for cell in sorted(dirty)}
        mark = snapshot.mark(partition)
        if chance.random() < 0.3:
            taken = dict(list(taken.items())[:1])
            self.cells.update(taken)
            return
        self.cells.update(taken)
        if chance.random() < 0.7:
            self.mark = mark

    def restored(self) -> Partition:
        partition = new_partition()
        if self.mark is not None:
            recover(partition, snapshot.read_mark(self.mark), self.cells)
        return partition


def told(outputs: Sequence[StepOutput]) -> Mapping[tuple[str, int], Alert]:
    """As readers have it, who drop what they have by (id, version)."""
    return {(alert.id, alert.version): alert for output in outputs for alert in output.alerts}


def refused(outputs: Sequence[StepOutput]) -> set[tuple[str, int, str]]:
    return {(r.department, r.incoming.offset, r.reason) for o in outputs for r in o.refused}


@pytest.mark.parametrize("seed", range(60))
def test_restarts_anywhere_change_nothing(seed: int) -> None:
    chance = Random(seed)
    log, last_ms = written(chance)
    end_ms = last_ms + chance.choice([0, 3_000, 60_000])
    undisturbed = Run(new_partition())
    expected = undisturbed.until(log, end_ms)

    disk, run, at_ms = Disk(), Run(new_partition()), T0_MS
    outputs: list[StepOutput] = []
    while at_ms < end_ms:
        at_ms = min(end_ms, at_ms + chance.choice([100, 1000, 2000, 9000, 31_000]))
        outputs += run.until(log, at_ms)
        if chance.random() < 0.5:
            disk.save(run.partition, chance)
            if chance.random() < 0.3:
                run = Run(disk.restored())
                outputs += run.until(log, at_ms)
    assert shown(run.partition) == shown(undisturbed.partition)
    assert run.partition.totals() == undisturbed.partition.totals()
    assert told(outputs) == told(expected)
    assert refused(outputs) == refused(expected)
