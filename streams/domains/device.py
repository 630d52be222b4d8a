"""Devices: which of them are alive, and how their batteries are."""

from __future__ import annotations

from schemas.kinds.device_heartbeat import DeviceHeartbeat
from streams.domains.registered import count_due, due_sources, name_of
from streams.fusion.measure import Accumulated, Context, Derived, Measure, OverSources, RollUp

KIND = "device_heartbeat"
REMEMBERED_MS = 86_400_000

LastHeard = dict[str, int]
"""{feed/source: newest heartbeat, Unix ms}"""


def fold(state: LastHeard, record: DeviceHeartbeat) -> LastHeard:
    name = name_of(record.feed, record.source)
    state[name] = max(state.get(name, 0), record.observed_at_ms)
    return state


def prune(state: LastHeard, now_ms: int) -> LastHeard:
    return {name: at_ms for name, at_ms in state.items() if at_ms > now_ms - REMEMBERED_MS}


def online_devices(state: LastHeard, context: Context) -> float | None:
    """Registered devices whose newest heartbeat is at most data.source.silent_cadences cadences
    old; those in maintenance are left out.
    """
    cadences = context.standard("data.source.silent_cadences")
    if cadences is None:
        return None
    online = (
        context.at_ms - state.get(name_of(device.feed, device.key), 0)
        <= cadences * device.cadence_seconds * 1000
        for device in due_sources(context, KIND)
    )
    return float(sum(online))


def online_ratio(context: Context, online: float) -> float | None:
    """Devices online ÷ devices registered and not in maintenance; unknown where none is."""
    due = count_due(context, KIND)
    return online / due if due else None


MEASURES = (
    Measure(
        key="device.battery_ratio",
        kind=KIND,
        field="battery_ratio",
        unit="ratio",
        title_zh="最低电量",
        title_en="Lowest battery",
        description="charge left in the emptiest battery of the place",
        over_sources=OverSources.MIN,
        minimum_coverage=0.0,
    ),
)

ACCUMULATED = (
    Accumulated(
        key="device.online_devices",
        kind=KIND,
        start=dict,
        fold=fold,
        read=online_devices,
        prune=prune,
        unit="devices",
        title_zh="在线设备",
        title_en="Devices online",
        description="registered devices heard of within the silence limit",
        coverage=False,
        roll_up=RollUp.SUM,
    ),
)

DERIVED = (
    Derived(
        key="device.online_ratio",
        inputs=("device.online_devices",),
        formula=online_ratio,
        unit="ratio",
        title_zh="设备在线率",
        title_en="Share of devices online",
        description="devices online ÷ devices registered and not in maintenance",
    ),
)
