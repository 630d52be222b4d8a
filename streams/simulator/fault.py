"""What can be wrong with a source, and what the gate must make of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    SILENT = "silent"
    FROZEN = "frozen"
    LYING = "lying"
    HELD_BACK = "held-back"
    NOT_JSON = "not-json"
    SCHEMA = "schema"
    UNKNOWN_FEED = "unknown-feed"
    NOT_GRANTED = "not-granted"
    WRONG_CELL = "wrong-cell"
    FUTURE = "future"
    TOO_LATE = "too-late"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultText:
    """`reason` is the code with which the gate quarantines what the fault adds; None where the
    fault adds nothing and changes or withholds the source's own reports."""

    reason: str | None
    description: str


FAULTS: dict[FaultKind, FaultText] = {
    FaultKind.SILENT: FaultText(reason=None, description="sends nothing"),
    FaultKind.FROZEN: FaultText(reason=None, description="repeats what it said first in the span"),
    FaultKind.LYING: FaultText(reason=None, description="says `value` in `field`"),
    FaultKind.HELD_BACK: FaultText(
        reason=None, description="is cut off and sends everything when the span is over"
    ),
    FaultKind.NOT_JSON: FaultText(reason="not-json", description="sends half a record more"),
    FaultKind.SCHEMA: FaultText(
        reason="schema", description="sends a record more, with `value` in `field`"
    ),
    FaultKind.UNKNOWN_FEED: FaultText(
        reason="unknown-feed", description="sends the record again under a feed nobody knows"
    ),
    FaultKind.NOT_GRANTED: FaultText(
        reason="not-granted", description="sends the record again, of a place it may not speak of"
    ),
    FaultKind.WRONG_CELL: FaultText(
        reason="wrong-cell", description="sends the record again under another cell's key"
    ),
    FaultKind.FUTURE: FaultText(
        reason="future", description="sends a record more, observed two minutes from now"
    ),
    FaultKind.TOO_LATE: FaultText(
        reason="too-late", description="sends a record more, observed 70 minutes ago"
    ),
    FaultKind.DUPLICATE: FaultText(reason="duplicate", description="sends the record again"),
    FaultKind.CONFLICT: FaultText(
        reason="conflict", description="sends the record again with `value` in `field`"
    ),
}
