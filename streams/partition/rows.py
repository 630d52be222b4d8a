"""What a snapshot of a cell holds: rows of sources, groups and places.

`ENCODING` is raised whenever an older reader could misread it; fields are only ever added, with
defaults.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from schemas.errors import HubwatchError
from schemas.value import ArrivalBin, Value
from streams.gate import Reason
from streams.partition.mark import Counts
from streams.partition.place import Delay
from streams.rules.state import LadderState

ENCODING: Final = 3
"""2: `samples` are the last two, and `trail` holds what windows reach; `seen` is packed.
3: `trail` holds all samples, packed as numbers of eight bytes only"""


class SnapshotError(HubwatchError):
    """A snapshot this version cannot read; the cell is then rebuilt from the inbox topics."""

    code = "HW-1401"
    hint = "start the version that wrote it, or let the cell be rebuilt from the inbox topics"


class SourceSnapshot(msgspec.Struct, array_like=True):
    feed: str
    source: str
    place: str
    cadence_ms: int
    registered: bool
    newest_ms: int
    last_id: str
    seen: bytes | list[int]
    forgotten_ms: int
    samples: list[tuple[Any, ...]]
    """before encoding 3"""
    changed_ms: int
    dwells_ms: list[int]
    trusted: tuple[Any, ...] | None
    held_back: int
    doubt: Reason | None = None
    trail: bytes = b""


class GroupSnapshot(msgspec.Struct, array_like=True):
    kind: str
    step_start_ms: int
    received_ms: int
    simulated: bool
    accumulated: dict[str, tuple[bool, Any]]
    awaited: int | None = None
    put_off_ms: int = 0
    late: bool = False
    looked_ms: int = 0
    last: tuple[str, str] | None = None
    """feed and key of the source that spoke last"""


class PlaceSnapshot(msgspec.Struct, array_like=True):
    place: str
    roll_up_ms: int
    groups: list[GroupSnapshot]
    values: list[Value]
    arrivals: tuple[ArrivalBin, ...]
    ladders: dict[str, LadderState]
    delays: list[Delay] = []


class CellSnapshot(msgspec.Struct):
    encoding: int
    cell: str
    positions: dict[str, int]
    sources: list[SourceSnapshot]
    places: list[PlaceSnapshot]
    counts: Counts = msgspec.field(default_factory=Counts)
    ticked_ms: int = 0
    """time has passed for the cell up to then"""
    fields: dict[str, tuple[str, ...]] = {}
    """by record kind: what samples held then; another version may read others"""
