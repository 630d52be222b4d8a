"""Stage A on records decoded by msgspec: ours, and the Python peers that can be given it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Any, ClassVar

import msgspec

from streams.bench.peers.meter import Places

Instant = Annotated[int, msgspec.Meta(ge=0)]
Name = Annotated[str, msgspec.Meta(min_length=1)]


class RoadFlow(msgspec.Struct, tag_field="kind", tag="road_flow", gc=False):
    """What stage A uses of it; other fields are skipped, unread."""

    kind: ClassVar[str] = "road_flow"
    place: Name
    observed_at_ms: Instant
    speed_kmh: Annotated[float, msgspec.Meta(ge=0, le=250)]


class CrowdCount(msgspec.Struct, tag_field="kind", tag="crowd_count", gc=False):
    """What stage A uses of it; other fields are skipped, unread."""

    kind: ClassVar[str] = "crowd_count"
    place: Name
    observed_at_ms: Instant
    count: Annotated[int, msgspec.Meta(ge=0, le=50_000)]


decode_used: Callable[[bytes], Any] = msgspec.json.Decoder(RoadFlow | CrowdCount).decode
"""The peers' decoder. It has less to do than ours, which checks every field of the envelope."""


def fold(places: Places, payloads: Iterable[bytes], decode: Callable[[bytes], Any]) -> None:
    """Adds records to the state of their places. Raises what `decode` raises."""
    for payload in payloads:
        record = decode(payload)
        value = record.speed_kmh if record.kind == "road_flow" else record.count
        at_ms = record.observed_at_ms
        state = places.get(record.place)
        if state is None:
            places[record.place] = [1, value, value, at_ms]
            continue
        state[0] += 1
        state[1] += value
        state[2] = max(state[2], value)
        state[3] = max(state[3], at_ms)
