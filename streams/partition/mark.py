"""Where a partition stands between two batches: what a restart needs besides its cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

Positions = dict[str, int]
"""the next offset to read by inbox topic"""


class Counts(msgspec.Struct):
    """Records since the topics began: folded by feed, refused by (department, feed, reason).

    Every cell counts its own, so that its snapshot and its counts contain the same records.
    """

    processed: dict[str, int] = {}
    quarantined: dict[tuple[str, str, str], int] = {}

    @classmethod
    def together(cls, parts: Iterable[Counts]) -> Counts:
        processed: Counter[str] = Counter()
        quarantined: Counter[tuple[str, str, str]] = Counter()
        for part in parts:
            processed.update(part.processed)
            quarantined.update(part.quarantined)
        return cls(dict(processed), dict(quarantined))


class Mark(msgspec.Struct):
    """`positions` is the next offset to read by inbox topic, `counts` the records up to there that
    belong to no cell. Time has passed up to `ticked_ms`. `cells` are the digests of the newest
    snapshots. Valid once the snapshots of all cells changed before it are durable.
    """

    partition: int
    positions: Positions
    stream_ms: int
    ticked_ms: int = 0
    counts: Counts = msgspec.field(default_factory=Counts)
    cells: dict[str, int] = {}
