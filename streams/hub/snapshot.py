"""What the hub carries from step to step as bytes, and back."""

from __future__ import annotations

import msgspec

from schemas.errors import HubwatchError
from streams.hub.state import VERSION, HubState
from streams.rules.state import LadderState

Ladders = dict[str, dict[str, LadderState]]
"""by place and rule"""


class HubSnapshotError(HubwatchError):
    """The hub's snapshot is of another version, or damaged; the hub then begins anew."""

    code = "HW-1404"
    hint = (
        "values come back from the situations; alerts of the hub that were open stay as they were "
        "told last, and what it learnt of arrivals is learnt again"
    )


class HubSnapshot(msgspec.Struct):
    hub: HubState
    ladders: Ladders
    stepped_ms: int


def write(hub: HubState, ladders: Ladders, stepped_ms: int) -> bytes:
    return msgspec.msgpack.encode(HubSnapshot(hub, ladders, stepped_ms))


def read(raw: bytes) -> HubSnapshot:
    """Raises HubSnapshotError."""
    try:
        found = msgspec.msgpack.decode(raw, type=HubSnapshot)
    except msgspec.DecodeError as error:
        raise HubSnapshotError(f"hub snapshot of {len(raw)} bytes: {error}") from error
    if found.hub.version != VERSION:
        raise HubSnapshotError(f"hub snapshot of version {found.hub.version}, not {VERSION}")
    return found
