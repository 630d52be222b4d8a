"""Values that need memory beyond a window: kept through silence and restarts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from schemas.codec import decode, explain
from schemas.structs import structs
from schemas.value import Value
from streams.domains import catalogue
from streams.partition import Partition, snapshot
from streams.rules.book import RuleBook
from streams.site.model import Feed, Source
from tests.partition.stream import message
from tests.town import T0_MS, TOPIC, town

WEST = frozenset({"hall.west"})
DESK = Feed(
    key="transport.desk",
    department="transport",
    kind="emergency_report",
    cadence_seconds=60,
    places=WEST,
)
GATES = Feed(
    key="transport.gates",
    department="transport",
    kind="gate_count",
    cadence_seconds=60,
    places=WEST,
)
REPORTS, INSIDE = "emergency.open_reports", "crowd.occupancy_persons"


def new_partition() -> Partition:
    full = town()
    gates = Source(key="gates", feed=GATES.key, place="hall.west", cadence_seconds=60)
    site = replace(
        full,
        feeds={**full.feeds, DESK.key: DESK, GATES.key: GATES},
        sources={**full.sources, (GATES.key, "gates"): gates},
    )
    return Partition(
        0,
        ("hall", "road"),
        site=site,
        catalogue=catalogue(),
        rules=RuleBook((), site),
        decode=decode,
        explain=explain,
        record_types=structs(),
    )


def hear(partition: Partition, feed: Feed, source: str, at_ms: int, **fields: Any) -> None:
    content = {
        "kind": feed.kind,
        "id": f"{source}-{at_ms}",
        "feed": feed.key,
        "source": source,
        "place": "hall.west",
        "observed_at_ms": at_ms,
        **fields,
    }
    offset = partition.positions.get(TOPIC, 0)
    output = partition.step(TOPIC, "transport", [message(offset, at_ms + 200, "hall", content)])
    assert output.processed == 1


def report(partition: Partition, at_ms: int, status: str = "open") -> None:
    told = {"report_id": "E-1", "category": "fire", "severity": 2, "status": status}
    hear(partition, DESK, "desk", at_ms, **told)


def west(partition: Partition, measure: str) -> Value:
    return partition.picture.places["hall.west"].values[measure]


def restarted(partition: Partition) -> Partition:
    after = new_partition()
    snapshot.restore(after, snapshot.read(snapshot.take(partition, "hall")))
    after.resume(snapshot.read_mark(snapshot.mark(partition)))
    return after


def test_a_report_stands_until_it_is_closed_however_silent_its_desk() -> None:
    partition = new_partition()
    report(partition, T0_MS)
    assert (west(partition, REPORTS).value, west(partition, REPORTS).status) == (1, "ok")
    for minutes in range(1, 30):
        partition.tick(T0_MS + minutes * 60_000)
    later = west(partition, REPORTS)
    assert (later.value, later.status, later.reason) == (1, "ok", "")
    assert later.observed_at_ms is not None
    assert later.observed_at_ms > T0_MS + 1_000_000, "silence is news too: nothing was closed"
    assert later.aged_from_ms == T0_MS
    after = restarted(partition)
    assert west(after, REPORTS) == later
    report(after, T0_MS + 1_800_000, "closed")
    assert west(after, REPORTS).value == 0


def test_what_was_counted_is_unknown_while_its_counter_is_silent() -> None:
    """And known again at once: the memory itself is kept, through a restart too."""
    partition = new_partition()
    assert west(partition, INSIDE).reason == "no-source"
    counted = {"interval_seconds": 60.0, "inside_persons": 250}
    hear(partition, GATES, "gates", T0_MS, entered=40, left=10, **counted)
    first = west(partition, INSIDE)
    assert (first.value, first.status, first.contributors) == (250, "ok", ("gates",))
    partition.tick(T0_MS + 240_000)
    assert (west(partition, INSIDE).status, west(partition, INSIDE).reason) == ("unknown", "silent")
    after = restarted(partition)
    hear(after, GATES, "gates", T0_MS + 300_000, entered=7, left=2, interval_seconds=60.0)
    assert west(after, INSIDE).value == pytest.approx(255)
