"""The state of a cell as bytes, and back: what a restart goes on from.

A snapshot contains exactly the records before its `positions`.
"""

from __future__ import annotations

from array import array
from struct import iter_unpack
from typing import Final
from zlib import crc32

import msgspec
from librt.vecs import vec
from mypy_extensions import i64

from streams.fusion.group import Group
from streams.fusion.trail import Sample, measured, sample_of
from streams.gate import SourceState
from streams.partition.mark import Mark
from streams.partition.partition import Partition
from streams.partition.place import PlaceState
from streams.partition.rows import (
    ENCODING,
    CellSnapshot,
    GroupSnapshot,
    PlaceSnapshot,
    SnapshotError,
    SourceSnapshot,
)
from streams.site.model import Source

ALL_IN_TRAIL: Final = 3
NUMBER_BYTES: Final = 8


def take(partition: Partition, cell: str) -> bytes:
    """The cell's state as of the partition's positions, to be stored before the next mark."""
    picture = partition.picture
    states = [state for state in picture.places.values() if state.place.cell == cell]
    snapshot = CellSnapshot(
        encoding=ENCODING,
        cell=cell,
        positions=dict(partition.positions),
        sources=[
            _source(source)
            for state in states
            for group in state.groups.values()
            for source in group.sources
            if source.newest_ms
        ],
        places=[_place(partition, state) for state in states],
        counts=partition.counts[cell],
        ticked_ms=partition.ticked_ms,
        fields={kind: group.fields for state in states for kind, group in state.groups.items()},
    )
    raw = msgspec.msgpack.encode(snapshot)
    partition.saved[cell] = digest(raw)
    return raw


def digest(raw: bytes) -> int:
    """Tells one snapshot from another."""
    return crc32(raw)


def mark(partition: Partition) -> bytes:
    """To be written after the snapshots of all dirty cells are acknowledged."""
    return msgspec.msgpack.encode(partition.mark())


def read_mark(raw: bytes) -> Mark:
    """Raises SnapshotError."""
    try:
        return msgspec.msgpack.decode(raw, type=Mark)
    except msgspec.DecodeError as error:
        raise SnapshotError(f"partition mark of {len(raw)} bytes: {error}") from error


def read(raw: bytes) -> CellSnapshot:
    """Decodes a snapshot without touching any state. Raises SnapshotError."""
    try:
        snapshot = msgspec.msgpack.decode(raw, type=CellSnapshot)
    except msgspec.DecodeError as error:
        raise SnapshotError(f"snapshot of {len(raw)} bytes: {error}") from error
    if snapshot.encoding > ENCODING:
        raise SnapshotError(f"snapshot of {snapshot.cell} has encoding {snapshot.encoding}")
    for row in snapshot.sources:
        if len(row.trail) % NUMBER_BYTES:
            raise SnapshotError(f"snapshot of {snapshot.cell}: trail of {row.source} is cut off")
    return snapshot


def restore(partition: Partition, snapshot: CellSnapshot) -> None:
    """Puts a cell's state into a partition that has read nothing of it yet.

    What the site no longer has (a place, a source, a rule) is left out; open alerts of a place that
    is gone, or now belongs to another cell, are withdrawn at the next tick.
    """
    for row in snapshot.sources:
        feed = partition.site.feeds.get(row.feed)
        if feed is None or row.place not in partition.picture.places:
            continue
        source = partition.gate.find(row.feed, row.source)
        if source is None:
            source = partition.gate.take_in(
                Source(
                    key=row.source,
                    feed=row.feed,
                    place=row.place,
                    cadence_seconds=row.cadence_ms / 1000,
                )
            )
        _fill(source, row, snapshot)
    for place in snapshot.places:
        state = partition.picture.places.get(place.place)
        if state is not None and state.place.cell == snapshot.cell:
            _fill_place(partition, state, place)
        else:
            partition.picture.watchers.abandon(snapshot.cell, place.ladders)
    partition.cell_positions[snapshot.cell] = snapshot.positions
    partition.counts[snapshot.cell] = snapshot.counts
    partition.picture.ahead_ms[snapshot.cell] = snapshot.ticked_ms


def _source(source: SourceState) -> SourceSnapshot:
    return SourceSnapshot(
        feed=source.feed,
        source=source.key,
        place=source.place,
        cadence_ms=source.cadence_ms,
        registered=source.registered,
        newest_ms=source.newest_ms,
        last_id=source.last_id,
        seen=memoryview(source.seen).tobytes(),
        forgotten_ms=source.forgotten_ms,
        samples=[],
        changed_ms=source.changed_ms,
        dwells_ms=list(source.dwells_ms),
        trusted=sample_of(source.trusted) if len(source.trusted) else None,
        held_back=source.held_back,
        doubt=source.doubt,
        trail=source.trail.packed(),
    )


def _fill(source: SourceState, row: SourceSnapshot, snapshot: CellSnapshot) -> None:
    source.newest_ms = row.newest_ms
    source.last_id = row.last_id
    source.seen = vec[i64](array("q", row.seen))
    source.forgotten_ms = row.forgotten_ms
    source.changed_ms = row.changed_ms
    source.dwells_ms = vec[i64](row.dwells_ms)
    source.held_back = row.held_back
    source.doubt = row.doubt
    group: Group = source.group
    fields = snapshot.fields.get(group.kind, group.fields)
    trusted = row.trusted
    if fields != group.fields:
        trusted = trusted and _reordered(trusted, fields, group.fields)
        if not set(group.fields) <= set(fields):  # how long all stood still is not known
            source.changed_ms = 0
    if fields == group.fields and snapshot.encoding >= ALL_IN_TRAIL:
        source.trail.unpack(row.trail)
    else:
        for sample in _samples(row, snapshot.encoding, fields):
            source.trail.append(_reordered(sample, fields, group.fields))
    group.take_up(source, trusted)


def _samples(row: SourceSnapshot, encoding: int, fields: tuple[str, ...]) -> list[Sample]:
    """All samples a snapshot holds of a source, oldest first."""
    if encoding < ALL_IN_TRAIL and not row.trail:
        return row.samples
    instant = "q" if encoding < ALL_IN_TRAIL else "d"
    return [
        (int(at_ms), *map(measured, numbers))
        for at_ms, *numbers in iter_unpack(f"<{instant}{len(fields)}d", row.trail)
    ]


def _reordered(sample: Sample, was: tuple[str, ...], fields: tuple[str, ...]) -> Sample:
    """The same sample with other fields, None for those it did not hold."""
    at_ms, *numbers = sample
    held = dict(zip(was, numbers, strict=True))
    return (at_ms, *map(held.get, fields))


def _place(partition: Partition, state: PlaceState) -> PlaceSnapshot:
    key = state.place.key
    return PlaceSnapshot(
        place=key,
        roll_up_ms=state.roll_up_ms,
        groups=[
            GroupSnapshot(
                kind=group.kind,
                step_start_ms=group.step_end_ms - group.step_ms,
                received_ms=group.received_ms,
                simulated=group.simulated,
                accumulated={a.row.key: (a.heard, a.state) for a in group.accumulations},
                awaited=group.awaited,
                put_off_ms=group.put_off_ms,
                late=group.late,
                looked_ms=group.looked_ms,
                last=(group.last.feed, group.last.key) if group.last else None,
            )
            for group in state.groups.values()
        ],
        values=list(state.values.values()),
        arrivals=state.arrivals,
        ladders=partition.picture.watchers.settled(state),
        delays=state.delays,
    )


def _fill_place(partition: Partition, state: PlaceState, row: PlaceSnapshot) -> None:
    for group_row in row.groups:
        group = state.groups.get(group_row.kind)
        if group is None:
            continue
        group.resume(group_row.step_start_ms)
        group.received_ms = group_row.received_ms
        group.simulated = group_row.simulated
        group.awaited = group_row.awaited
        group.late = group_row.late
        group.looked_ms = group_row.looked_ms
        if group_row.last and group_row.last[0] in partition.site.feeds:
            group.last = partition.gate.find(*group_row.last)
        if group_row.put_off_ms:
            group.dirty = True
            partition.picture.put_off(group, group_row.put_off_ms)
        for accumulation in group.accumulations:
            if accumulation.row.key in group_row.accumulated:
                heard, held = group_row.accumulated[accumulation.row.key]
                accumulation.heard, accumulation.state = heard, held
    if row.roll_up_ms:
        partition.picture.roll_up_at(state, row.roll_up_ms)
    state.arrivals = row.arrivals
    state.delays = [delay for delay in row.delays if delay.feed in partition.site.feeds]
    for value in row.values:
        if value.measure in state.available:
            state.values[value.measure] = value
    for group in state.groups.values():
        for measure in group.rows:
            group.expect(measure, state.values[measure.key])
    partition.picture.watchers.take_up(state, row.ladders)
