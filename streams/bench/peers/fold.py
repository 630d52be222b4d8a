"""Stage A on records decoded by msgspec: ours, and the Python peers that can be given it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Any, ClassVar

import msgspec

from streams.bench.peers.state import MINUTE_MS, State

Instant = Annotated[int, msgspec.Meta(ge=0)]
Name = Annotated[str, msgspec.Meta(min_length=1)]


class RoadFlow(msgspec.Struct, tag_field="kind", tag="road_flow", gc=False):
    """What stage A uses of it; other fields are skipped, unread."""

    kind: ClassVar[str] = "road_flow"
    source: Name
    place: Name
    observed_at_ms: Instant
    speed_kmh: Annotated[float, msgspec.Meta(ge=0, le=250)]


class CrowdCount(msgspec.Struct, tag_field="kind", tag="crowd_count", gc=False):
    """What stage A uses of it; other fields are skipped, unread."""

    kind: ClassVar[str] = "crowd_count"
    source: Name
    place: Name
    observed_at_ms: Instant
    count: Annotated[int, msgspec.Meta(ge=0, le=50_000)]


decode_used: Callable[[bytes], Any] = msgspec.json.Decoder(RoadFlow | CrowdCount).decode
"""The peers' decoder. It has less to do than ours, which checks every field of the envelope."""


def fold(state: State, payloads: Iterable[bytes], decode: Callable[[bytes], Any]) -> None:
    """Adds records, as `State.add` does, without a call each. Raises what `decode` raises."""
    newest, windows = state.newest, state.windows
    minute, places = -1, windows.get(-1, {})
    for payload in payloads:
        record = decode(payload)
        value = record.speed_kmh if record.kind == "road_flow" else record.count
        at_ms = record.observed_at_ms
        source = record.source
        before = newest.get(source)
        if before is None or at_ms >= before[0]:
            newest[source] = (at_ms, value)
        if at_ms // MINUTE_MS != minute:
            minute = at_ms // MINUTE_MS
            places = windows.setdefault(minute, {})
        window = places.get(record.place)
        if window is None:
            places[record.place] = [1, value, value]
            continue
        window[0] += 1
        window[1] += value
        window[2] = max(window[2], value)
