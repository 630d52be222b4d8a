"""A partition for as long as this process has it: taken over, made durable, given up.

Order of things: the name of the partition is taken, which shuts out whoever wrote for it before; a
word of that goes into the snapshots, behind which nobody else's can come; then they are read. What
is written later is written in this order: all that was told, the snapshots of the cells that have
changed, the mark. Each waits for the acknowledgement of the one before.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from streams.partition import Inflow, Partition, snapshot
from streams.runtime.failpoints import reached
from streams.runtime.outbox import Heard, Outbox, Outgoing
from streams.runtime.parts import split
from streams.runtime.snapshots import MARK_PREFIX, OWNER_PREFIX, restore_partition
from streams.runtime.topics import SNAPSHOTS


@dataclass(frozen=True, slots=True)
class Taken:
    """The state of a partition at an instant, not yet durable."""

    cells: Mapping[str, bytes]
    mark: bytes
    positions: Mapping[str, int]


@dataclass(slots=True)
class Tenure:
    """One writer: `outbox` is shut out when another process takes the partition over. `heard` is
    told the acknowledgements of what is alone in its batch: the word at takeover, and each mark.

    `durable_at` is when its state was last durable, by `time.monotonic()`; `told_ms` the site time
    up to which it has told.
    """

    partition: Partition
    inflow: Inflow
    outbox: Outbox
    heard: Heard
    durable_at: float = field(default_factory=time.monotonic)
    told_ms: int = 0
    _generations: dict[str, int] = field(default_factory=dict)
    """of the parts of each cell's newest snapshot"""

    @property
    def number(self) -> int:
        return self.partition.number

    async def take_over(self, bootstrap_servers: str) -> None:
        """Brings up what is durable of a partition that has read nothing. Raises KafkaError."""
        await self.outbox.start()
        now = str(time.time_ns() // 1_000_000).encode()
        await self._write(f"{OWNER_PREFIX}{self.number}", now, self.heard)
        await self.outbox.settled()
        self._generations |= await restore_partition(bootstrap_servers, self.partition)

    def take(self) -> Taken:
        """What changed since the last call. Between two batches only."""
        picture = self.partition.picture
        dirty, picture.dirty_cells = picture.dirty_cells, set()
        cells = {cell: snapshot.take(self.partition, cell) for cell in sorted(dirty)}
        return Taken(cells, snapshot.mark(self.partition), dict(self.partition.positions))

    async def save(self, taken: Taken) -> bool:
        """Makes it durable; False when a message of it is larger than the broker takes: then the
        older mark stands, which belongs to the older cells. Raises RefusedError."""
        await self.outbox.renew()
        await self.outbox.settled()
        reached("alerts-acknowledged")
        left_out = self.outbox.left_out[SNAPSHOTS]
        for cell, raw in taken.cells.items():
            generation = self._generations[cell] = 1 - self._generations.get(cell, 1)
            *parts, last = split(cell, raw, generation)
            for key, value in parts:
                await self._write(key, value)
            if parts:  # their list takes the place of the snapshot before
                await self.outbox.settled()
            if self.outbox.left_out[SNAPSHOTS] == left_out:
                await self._write(*last)
        await self.outbox.settled()
        reached("snapshots-written")
        if self.outbox.left_out[SNAPSHOTS] > left_out:
            self.partition.picture.dirty_cells |= taken.cells.keys()
            return False
        await self._write(f"{MARK_PREFIX}{self.number}", taken.mark, self.heard)
        await self.outbox.settled()
        reached("mark-written")
        self.durable_at = time.monotonic()
        return True

    async def _write(self, key: str, value: bytes, heard: Heard | None = None) -> None:
        message = Outgoing(SNAPSHOTS, key.encode(), value, partition=self.number, heard=heard)
        await self.outbox.send(message)
