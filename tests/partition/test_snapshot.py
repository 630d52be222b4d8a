"""Snapshots that cannot be read, and those of a site that has changed meanwhile."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import replace
from math import nan
from struct import pack
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.domains import catalogue
from streams.fusion.measure import OverTime
from streams.fusion.trail import Sample, Trail
from streams.partition import Partition, snapshot
from streams.partition.rows import ENCODING, SnapshotError, SourceSnapshot
from streams.rules.book import RuleBook
from streams.site.model import Site
from tests.partition.conftest import NewPartition, partition_of_town
from tests.partition.stream import body, message, streams
from tests.partition.test_clock import crowd
from tests.town import FEEDS, PLACES, T0_MS, TOPIC, Message, town

FEED_KINDS = {feed.key: feed.kind for feed in FEEDS}
SEEN, SAMPLES, TRUSTED, CHANGED = (
    SourceSnapshot.__struct_fields__.index(name)
    for name in ("seen", "samples", "trusted", "changed_ms")
)


def samples_of(packed: bytes, fields: Sequence[str]) -> list[Sample]:
    """What a trail holds."""
    trail = Trail(1 + len(fields))
    trail.unpack(packed)
    return trail.newest(trail.count)


@given(raw=st.binary(max_size=64))
def test_garbage_is_a_snapshot_error(raw: bytes) -> None:
    for read in (snapshot.read, snapshot.read_mark):
        with pytest.raises(SnapshotError, match="bytes"):
            read(raw)


def test_a_newer_encoding_is_a_snapshot_error(new_partition: NewPartition) -> None:
    newer = msgspec.msgpack.decode(snapshot.take(new_partition(), "hall"))
    newer["encoding"] = ENCODING + 1
    newer["something"] = "new"
    with pytest.raises(SnapshotError, match=r"HW-1401 snapshot of hall has encoding .* rebuilt"):
        snapshot.read(msgspec.msgpack.encode(newer))
    newer["encoding"] = ENCODING
    assert snapshot.read(msgspec.msgpack.encode(newer)).cell == "hall", "fields may be added"


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(messages=streams())
def test_a_restored_cell_is_the_cell(new_partition: NewPartition, messages: list[Message]) -> None:
    """All of it, versions too: a snapshot of the restored cell says the same."""
    partition, other = new_partition(), new_partition()
    if messages:
        partition.step(TOPIC, "transport", messages)
    taken = {cell: snapshot.take(partition, cell) for cell in partition.cells}
    mark = snapshot.read_mark(snapshot.mark(partition))
    for raw in taken.values():
        snapshot.restore(other, snapshot.read(raw))
    other.resume(mark)
    assert {c: snapshot.read(snapshot.take(other, c)) for c in other.cells} == {
        c: snapshot.read(raw) for c, raw in taken.items()
    }


def restored(partition: Partition, cell: str, raw: dict[str, Any]) -> dict[str, Any]:
    """What a fresh partition says of a cell that it was given as `raw`, versions left out."""
    snapshot.restore(partition, snapshot.read(msgspec.msgpack.encode(raw)))
    says: dict[str, Any] = msgspec.msgpack.decode(snapshot.take(partition, cell))
    return says


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(messages=streams(), packed=st.booleans())
def test_older_encodings_are_still_read(
    new_partition: NewPartition, messages: list[Message], packed: bool
) -> None:
    """The first had all samples as lists of numbers; the second had the last two so, and packed,
    the instant as an integer, those that windows reach."""
    partition = new_partition()
    partition.step(TOPIC, "transport", messages)
    for cell in sorted(partition.cells):
        raw = msgspec.msgpack.decode(snapshot.take(partition, cell))
        older = {**raw, "encoding": 1 + packed, "sources": []}
        if not packed:
            del older["fields"]
        for row in raw["sources"]:
            was = list(row[:-1])
            kind = FEED_KINDS[row[0]]
            samples = samples_of(row[-1], raw["fields"][kind])
            if not packed:
                was[SEEN] = array("q", row[SEEN]).tolist()
                was[SAMPLES] = samples
            else:
                was[SAMPLES] = samples[-2:]
                windows = any(
                    r.kind == kind and r.over_time is not OverTime.LAST
                    for r in catalogue().measures.values()
                )
                was.append(b"".join(map(as_second, samples)) if windows else b"")
            older["sources"].append(was)
        assert restored(new_partition(), cell, older) == restored(new_partition(), cell, raw)


def as_second(sample: Sample) -> bytes:
    numbers = [nan if number is None else number for number in sample[1:]]
    return pack(f"<q{len(numbers)}d", sample[0], *numbers)


def test_samples_of_other_fields_are_put_in_order(new_partition: NewPartition) -> None:
    """A version that reads another field, or in another order, goes on with what there is."""
    partition = new_partition()
    for at in range(0, 60_000, 20_000):
        speed = {"speed_kmh": 40.0 + at / 1000, "flow_veh_h": 600.0}
        content = body("transport.road", "loop-1", "road.one", T0_MS + at, **speed)
        partition.step(TOPIC, "transport", [message(at, T0_MS + at + 300, "road", content)])
    raw = msgspec.msgpack.decode(snapshot.take(partition, "road"))
    assert len(raw["sources"][0][-1]) > 0, "its windows reach back"
    says = restored(new_partition(), "road", raw)
    kind = FEED_KINDS[raw["sources"][0][0]]
    fields = raw["fields"][kind]
    other = {**raw, "fields": {kind: ["unheard_of", *reversed(fields)]}, "sources": []}
    for row in raw["sources"]:
        was = list(row)
        was[TRUSTED] = row[TRUSTED] and (row[TRUSTED][0], 1.5, *reversed(row[TRUSTED][1:]))
        turned = Trail(2 + len(fields))
        for ms, *numbers in samples_of(row[-1], fields):
            turned.append((ms, 1.5, *reversed(numbers)))
        was[-1] = turned.packed()
        other["sources"].append(was)
    assert restored(new_partition(), "road", other) == says
    unknown = {**raw, "fields": {kind: ["unheard_of"] * len(fields)}}
    (source,) = restored(new_partition(), "road", unknown)["sources"]
    samples = samples_of(source[-1], fields)
    assert samples
    assert all(number is None for sample in samples for number in sample[1:])
    assert source[CHANGED] == 0, "for how long they stood still is not known"


def test_time_does_not_begin_in_1970(new_partition: NewPartition) -> None:
    """A mark may be older than the first record, or than the first look at the clock."""
    first, second = new_partition(), new_partition()
    second.resume(snapshot.read_mark(snapshot.mark(first)))
    assert second.due_ms == first.due_ms
    first.step(TOPIC, "transport", [crowd(0, 1)])
    third = new_partition()
    snapshot.restore(third, snapshot.read(snapshot.take(first, "hall")))
    third.resume(snapshot.read_mark(snapshot.mark(first)))
    assert T0_MS < third.due_ms <= first.due_ms


def test_what_the_site_no_longer_has_is_left_out(new_partition: NewPartition) -> None:
    """A place, a feed, a rule and a source fewer; a source that nobody registered comes back."""
    before = new_partition()
    sent = [crowd(0, 130), crowd(1, 7, "cam-new", "hall.east"), crowd(2, 9, "cam-1", "hall.east")]
    assert before.step(TOPIC, "transport", sent).alerts
    raw = snapshot.take(before, "hall")

    full = town()
    smaller = replace(
        full,
        places={p.key: p for p in PLACES if p.key != "hall.west"},
        feeds={f.key: replace(f, places=f.places - {"hall.west"}) for f in FEEDS},
        sources={key: s for key, s in full.sources.items() if s.place != "hall.west"},
    )
    after = partition_of_town(smaller, RuleBook((), smaller))
    snapshot.restore(after, snapshot.read(raw))
    assert after.picture.places["hall.east"].values == before.picture.places["hall.east"].values
    assert {s.key for s in after.gate.sources if s.newest_ms} == {"cam-1", "cam-new"}

    without_feed = replace(smaller, feeds={FEEDS[0].key: FEEDS[0]}, sources={})
    bare = partition_of_town(without_feed, RuleBook((), without_feed))
    snapshot.restore(bare, snapshot.read(raw))
    assert not bare.gate.sources


def test_an_alert_of_a_rule_that_is_no_more_is_withdrawn(
    new_partition: NewPartition, site: Site
) -> None:
    before = new_partition()
    raised = before.step(TOPIC, "transport", [crowd(0, 130)]).alerts
    after = partition_of_town(site, RuleBook((), site))
    snapshot.restore(after, snapshot.read(snapshot.take(before, "hall")))
    told = after.tick(crowd(0, 0).timestamp).alerts
    assert {alert.id for alert in told} == {alert.id for alert in raised}
    assert {(alert.state, alert.why) for alert in told} == {("cleared", "withdrawn")}
    assert not after.tick(crowd(0, 0).timestamp).alerts


def test_alerts_of_a_place_that_is_no_more_are_withdrawn(new_partition: NewPartition) -> None:
    """Whether the place is gone alone, with its whole cell, or has moved to another."""
    before = new_partition()
    (raised,) = before.step(TOPIC, "transport", [crowd(0, 130)]).alerts
    raw = snapshot.take(before, "hall")
    places = {p.key: p for p in PLACES if not p.key.startswith("hall.west")}
    without_place = replace(town(), places=places, feeds={}, sources={})
    without_cell = replace(
        without_place, places={key: p for key, p in places.items() if p.cell != "hall"}
    )
    west = replace(PLACES[3], parent="road", cell="road")
    moved = replace(without_place, places={**places, west.key: west})
    for changed in (without_place, without_cell, moved):
        after = partition_of_town(changed, RuleBook((), changed))
        snapshot.restore(after, snapshot.read(raw))
        told = after.tick(T0_MS + 1_000).alerts
        assert [(a.id, a.version, a.state, a.why) for a in told] == [
            (raised.id, 2, "cleared", "withdrawn")
        ]
        assert "hall" in after.picture.dirty_cells, "so that it is not withdrawn again"
        again = partition_of_town(changed, RuleBook((), changed))
        snapshot.restore(again, snapshot.read(snapshot.take(after, "hall")))
        assert not again.tick(T0_MS + 2_000).alerts
        assert again.totals() == before.totals()
