"""What is remembered of each source and each feed."""

from __future__ import annotations

from collections import deque
from statistics import median
from typing import Any, Final, final

from librt.vecs import append, vec
from mypy_extensions import i64

from streams.gate.reasons import Reason
from streams.site.model import Feed, Place, Source

NEVER_MS: Final = 2**62
"""later than any instant"""
SEEN_LIMIT: Final = 64
SKEW_WINDOW_MS: Final = 300_000
SKEW_SAMPLES: Final = 256


@final
class Contract:
    """What the sources of a feed at one place have in common. `dwell_ms` is how long they may stand
    still, None where that is learnt.
    """

    __slots__ = ("cell_key", "department", "dwell_ms", "feed", "place", "record_type")

    def __init__(self, feed: Feed, place: Place, record_type: type[Any]) -> None:
        self.feed = feed.key
        self.department = feed.department
        self.place = place.key
        self.cell_key = place.cell.encode()
        self.record_type = record_type
        self.dwell_ms = int(feed.dwell_seconds * 1000) if feed.dwell_seconds else None


class SourceState:
    """One sensor: who it is, what it sent last. Times are Unix ms.

    `seen` holds the observation times of its newest records, up to SEEN_LIMIT, oldest first: the
    memory by which a repeated record is told from a late one. `batch_count` is how many records of
    the batch under way were folded. `folded_ms` is the newest instant fusion has taken in, 0 before
    any; `trail` holds the samples that `windows` of fusion reach, at least the last two, and
    `reading` what they come to. `trusted` is the newest sample that was plausible, where that is
    limited, `held_back` how many implausible ones have followed it in a row, `doubt` what is held
    against the newest. `counted` says that it was fresh when its place last listened.
    """

    __slots__ = (
        "batch_count",
        "cadence_ms",
        "changed_ms",
        "contract",
        "counted",
        "doubt",
        "dwells_ms",
        "folded_ms",
        "forgotten_ms",
        "group",
        "held_back",
        "key",
        "last_id",
        "maintenance",
        "newest_ms",
        "reading",
        "registered",
        "seen",
        "trail",
        "trusted",
        "windows",
    )

    def __init__(self, source: Source, contract: Contract, *, registered: bool, group: Any) -> None:
        self.key = source.key
        self.contract = contract
        self.cadence_ms: i64 = int(source.cadence_seconds * 1000)
        self.maintenance = source.maintenance
        self.registered = registered
        self.group = group
        self.newest_ms: i64 = 0
        self.last_id = ""
        self.seen: vec[i64] = vec[i64]()
        self.batch_count = 0
        self.forgotten_ms = 0
        self.folded_ms: i64 = 0
        self.changed_ms: i64 = 0
        self.dwells_ms: vec[i64] = vec[i64]()
        self.trusted: vec[float] = vec[float]()
        self.held_back = 0
        self.trail: Any = None
        self.windows: tuple[Any, ...] = ()
        self.reading: vec[float] = vec[float]()
        self.doubt: Reason | None = None
        self.counted = False

    @property
    def feed(self) -> str:
        return self.contract.feed

    @property
    def department(self) -> str:
        return self.contract.department

    @property
    def place(self) -> str:
        return self.contract.place

    def note(self, observed_ms: i64, record_id: str) -> None:
        """A record newer than all before."""
        self.newest_ms = observed_ms
        self.last_id = record_id
        self.seen = append(self.seen, observed_ms)

    def note_late(self, observed_ms: i64) -> None:
        """A record older than the newest, of an instant not seen before."""
        seen = append(self.seen, observed_ms)
        at = len(seen) - 1
        while at > 0 and seen[at - 1] > observed_ms:
            seen[at] = seen[at - 1]
            at -= 1
        seen[at] = observed_ms
        self.seen = seen

    def forget_old(self) -> None:
        """Bounds `seen`; call it now and then, not per record."""
        surplus = len(self.seen) - SEEN_LIMIT
        if surplus > 0:
            self.forgotten_ms = self.seen[surplus - 1]
            self.seen = self.seen[surplus:]

    def in_maintenance(self, now_ms: int) -> bool:
        return any(start <= now_ms < end for start, end in self.maintenance)

    def maintenance_edge_ms(self, now_ms: int) -> int:
        """When maintenance next begins or ends, or NEVER_MS."""
        edges_ms = [edge for span in self.maintenance for edge in span if edge > now_ms]
        return min(edges_ms, default=NEVER_MS)


class FeedState:
    """When a feed was last heard, and how far its department's clock is off.

    `skew_ms` is the median of received − observed over the last 5 minutes of arrivals.
    """

    __slots__ = ("_deltas", "feed", "last_received_ms", "skew_ms")

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.last_received_ms = 0
        self.skew_ms = 0
        self._deltas: deque[tuple[int, int]] = deque(maxlen=SKEW_SAMPLES)

    def hear(self, received_ms: int, observed_ms: int) -> None:
        """Takes a sample of the arrivals; one a place and half minute is enough for a median."""
        self.last_received_ms = max(self.last_received_ms, received_ms)
        self._deltas.append((received_ms, received_ms - observed_ms))
        horizon_ms = max([ms for ms, _ in self._deltas]) - SKEW_WINDOW_MS
        recent = [delta for delta in self._deltas if delta[0] > horizon_ms]
        self._deltas = deque(recent, maxlen=SKEW_SAMPLES)
        self.skew_ms = int(median([delta for _, delta in recent]))
