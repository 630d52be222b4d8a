"""The partition's promises: nothing is lost, nothing depends on batches or on a restart."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.alert import Alert
from schemas.value import Value
from streams.partition import Inflow, Partition, StepOutput, snapshot
from streams.partition.mark import Mark
from streams.partition.recovery import recover
from tests.partition.conftest import NewPartition
from tests.partition.stream import cuts, streams
from tests.town import TOPIC, Message

SETTINGS = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def play(partition: Partition, messages: Sequence[Message], at: Sequence[int]) -> list[StepOutput]:
    """Offers one batch after the other; time passes as records bring it."""
    inflow = Inflow(partition, {TOPIC: "transport"})
    outputs: list[StepOutput] = []
    for start, end in pairwise(at):
        if messages[start:end]:
            inflow.offer(TOPIC, messages[start:end])
            outputs += [output for _, output in inflow.advance({TOPIC: 0}, 0)]
    return outputs


def replay(partition: Partition, messages: Sequence[Message]) -> list[StepOutput]:
    """All from where the partition wants to read on."""
    return play(partition, messages, [partition.positions.get(TOPIC, 0), len(messages)])


def saved(partition: Partition) -> tuple[dict[str, bytes], Mark]:
    """The snapshots of the cells that have changed since the last call, and the mark."""
    dirty, partition.picture.dirty_cells = partition.picture.dirty_cells, set()
    taken = {cell: snapshot.take(partition, cell) for cell in dirty}
    return taken, snapshot.read_mark(snapshot.mark(partition))


def let_time_pass(partition: Partition) -> list[StepOutput]:
    """Until everything has been judged and told."""
    end_ms = partition.stream_ms + 60_000
    inflow = Inflow(partition, {TOPIC: "transport"})
    return [output for _, output in inflow.advance({TOPIC: 0}, end_ms - end_ms % 30_000)]


def unnumbered(value: Value) -> Value:
    """Without what tells how often it was evaluated: its version, and the mark of a revision."""
    return replace(value, version=1, revised=False)


def shown(partition: Partition) -> dict[str, Value]:
    """The whole picture."""
    return {
        f"{key}/{value.measure}": unnumbered(value)
        for key, state in partition.picture.places.items()
        for value in state.values.values()
    }


def told(outputs: Sequence[StepOutput]) -> dict[tuple[int, str], dict[str, Value]]:
    """Every situation, by time and place."""
    return {
        (s.at_ms, s.place): {key: unnumbered(value) for key, value in s.values.items()}
        for output in outputs
        for s in output.situations
    }


def versions(outputs: Sequence[StepOutput]) -> list[Alert]:
    """Every version of every alert."""
    alerts = [alert for output in outputs for alert in output.alerts]
    return sorted(alerts, key=lambda alert: (alert.rule, alert.place, alert.version))


def as_published(outputs: Sequence[StepOutput]) -> dict[tuple[str, int], Alert]:
    """What is left of the alerts where repetitions are dropped."""
    return {(alert.id, alert.version): alert for output in outputs for alert in output.alerts}


@SETTINGS
@given(data=st.data(), messages=streams())
def test_nothing_depends_on_how_batches_are_cut(
    new_partition: NewPartition, data: st.DataObject, messages: list[Message]
) -> None:
    """Every value, every version of every alert, all that was told."""
    one, other = new_partition(), new_partition()
    whole = play(one, messages, [0, len(messages)]) + let_time_pass(one)
    parts = play(other, messages, data.draw(cuts(len(messages)))) + let_time_pass(other)
    assert shown(one) == shown(other)
    assert one.counts == other.counts
    assert versions(whole) == versions(parts)
    assert told(whole) == told(parts)
    assert [r.incoming.offset for o in whole for r in o.refused] == [
        r.incoming.offset for o in parts for r in o.refused
    ]


@SETTINGS
@given(data=st.data(), messages=streams())
def test_every_record_is_folded_or_refused_once(
    new_partition: NewPartition, data: st.DataObject, messages: list[Message]
) -> None:
    partition = new_partition()
    outputs = play(partition, messages, data.draw(cuts(len(messages))))
    refused = [r.incoming.offset for output in outputs for r in output.refused]
    assert len(set(refused)) == len(refused)
    assert sum(output.processed for output in outputs) + len(refused) == len(messages)
    counts = partition.totals()
    assert sum(counts.processed.values()) + sum(counts.quarantined.values()) == len(messages)


@SETTINGS
@given(data=st.data(), messages=streams())
def test_a_restart_from_a_snapshot_changes_nothing(
    new_partition: NewPartition, data: st.DataObject, messages: list[Message]
) -> None:
    """Snapshots of the cells that changed, then the mark; a crash; reading on from the mark."""
    at = data.draw(cuts(len(messages)))
    stop = data.draw(st.integers(0, len(at) - 1))
    undisturbed = new_partition()
    straight = play(undisturbed, messages, at) + let_time_pass(undisturbed)

    first = new_partition()
    before = play(first, messages, at[: stop + 1])
    taken, mark = saved(first)
    # the crash comes after more was read, and after one cell more was written
    lost = play(first, messages, at[stop : stop + 2])
    late_cell = data.draw(st.sampled_from(sorted(first.cells)))
    if lost and data.draw(st.booleans()):
        taken[late_cell] = snapshot.take(first, late_cell)

    second = new_partition()
    assert not recover(second, mark, taken)
    after = play(second, messages, at[stop:]) + let_time_pass(second)
    assert shown(second) == shown(undisturbed)
    assert second.counts == undisturbed.counts
    assert as_published([*before, *lost, *after]) == as_published(straight)


@SETTINGS
@given(data=st.data(), messages=streams())
def test_what_a_sleeper_wrote_over_newer_snapshots_changes_nothing(
    new_partition: NewPartition, data: st.DataObject, messages: list[Message]
) -> None:
    """A worker was paused while it saved, and lost the partition; it wakes after its successor has
    saved more, writes some of what it still had to write, and all start anew."""
    at = data.draw(cuts(len(messages)))
    slept, stop = sorted(data.draw(st.tuples(*[st.integers(0, len(at) - 1)] * 2)))
    undisturbed = new_partition()
    straight = play(undisturbed, messages, at) + let_time_pass(undisturbed)

    first = new_partition()
    before = play(first, messages, at[: slept + 1])
    old, old_mark = saved(first)
    before += play(first, messages, at[slept : stop + 1])
    new, new_mark = saved(first)
    kept = {**old, **new}
    cells = sorted(kept)
    lost = data.draw(st.sampled_from([*cells, ""]))
    written = data.draw(st.sets(st.sampled_from(cells))) if cells else set()
    kept |= {cell: raw for cell, raw in old.items() if cell in written}
    kept.pop(lost, None)
    mark = old_mark if written == old.keys() and data.draw(st.booleans()) else new_mark

    second = new_partition()
    recover(second, mark, kept)
    after = replay(second, messages) + let_time_pass(second)
    assert shown(second) == shown(undisturbed)
    assert second.counts == undisturbed.counts
    assert as_published([*before, *after]) == as_published(straight)


@SETTINGS
@given(messages=streams())
def test_values_are_those_of_the_admitted_records(
    new_partition: NewPartition, messages: list[Message]
) -> None:
    """Recomputed from the records themselves: persons are the sum of each camera's newest."""
    partition = new_partition()
    outputs = play(partition, messages, [0, len(messages)])
    let_time_pass(partition)
    refused = {refusal.incoming.offset for output in outputs for refusal in output.refused}
    newest: dict[str, dict[str, Any]] = {}
    for m in messages:
        if m.offset in refused:
            continue
        record = json.loads(m.value or b"")
        known = newest.get(record["source"])
        if known is None or record["observed_at_ms"] > known["observed_at_ms"]:
            newest[record["source"]] = record
    for place in ("hall.east", "hall.west"):
        value = partition.picture.places[place].values["crowd.count_persons"]
        if value.status == "ok":
            cameras = [r for r in newest.values() if r["place"] == place]
            assert value.value == sum(r["count"] for r in cameras)
        else:
            assert value.status == "suspect" or value.value is None
