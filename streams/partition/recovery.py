"""From what was stored back to a partition that goes on: the mark and the snapshots of its cells.

A snapshot may be newer than the mark, when the crash came between the two. It must not be older
than the one the mark knows: that is what a worker leaves that was paused, lost the partition and
woke up in the middle of saving. Such a cell is brought up again from the inbox topics.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from streams.partition import snapshot
from streams.partition.mark import Mark, Positions
from streams.partition.partition import Partition
from streams.partition.rows import CellSnapshot


def recover(partition: Partition, mark: Mark, cells: Mapping[str, bytes]) -> list[str]:
    """Fills a fresh partition, and lets it go on where the mark says, or before where a cell needs
    it. Returns the cells whose snapshot was older than it should be, or is missing.

    Nothing is touched when a snapshot cannot be read. Raises SnapshotError.
    """
    read = {cell: snapshot.read(raw) for cell, raw in cells.items()}
    behind = [
        found
        for cell, found in read.items()
        if mark.cells.get(cell) != snapshot.digest(cells[cell])
        and not (_contains(found.positions, mark.positions) and found.ticked_ms >= mark.ticked_ms)
    ]
    missing = sorted(mark.cells.keys() - read.keys())
    for cell, found in read.items():
        snapshot.restore(partition, found)
        partition.saved[cell] = snapshot.digest(cells[cell])
    if behind or missing:
        _stay_ahead(partition, mark, behind, missing)
        mark = _rewound(mark, behind, missing)
    partition.resume(mark)
    return [*(found.cell for found in behind), *missing]


def _contains(positions: Positions, others: Positions) -> bool:
    return all(positions.get(topic, 0) >= offset for topic, offset in others.items())


def _stay_ahead(
    partition: Partition, mark: Mark, behind: Iterable[CellSnapshot], missing: Iterable[str]
) -> None:
    """All other cells contain what comes before the mark: records and time."""
    late = {*missing, *(found.cell for found in behind)}
    for cell in {"", *partition.cells} - late:
        held = partition.cell_positions.get(cell, {})
        partition.cell_positions[cell] = {
            topic: max(offset, held.get(topic, 0)) for topic, offset in mark.positions.items()
        }
        ahead_ms = partition.picture.ahead_ms
        ahead_ms[cell] = max(ahead_ms.get(cell, 0), mark.ticked_ms)


def _rewound(mark: Mark, behind: Iterable[CellSnapshot], missing: Iterable[str]) -> Mark:
    starts = [(found.positions, found.ticked_ms) for found in behind]
    starts += [({}, 0) for _ in missing]
    return replace(
        mark,
        positions={
            topic: min(offset, *(positions.get(topic, 0) for positions, _ in starts))
            for topic, offset in mark.positions.items()
        },
        ticked_ms=min(mark.ticked_ms, *(ticked_ms for _, ticked_ms in starts)),
        stream_ms=min(mark.stream_ms, *(ticked_ms for _, ticked_ms in starts)),
    )
