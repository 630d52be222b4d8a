"""Energy: power and consumption, and how good the meters' data is."""

from __future__ import annotations

from functools import partial
from typing import Any

from schemas.kinds.energy_meter import EnergyMeter
from streams.domains.registered import count_due, due_sources, name_of
from streams.fusion.measure import (
    Accumulated,
    Context,
    Derived,
    Measure,
    OverSources,
    OverTime,
    RollUp,
)

KIND = "energy_meter"
HOUR_MS = 3_600_000
HOURS = 24
"""the window: the hour that runs and so many before it"""

State = dict[str, Any]
"""`first_ms`: earliest record of the place; `hours`: {feed/source: {hour: [records, lowest kWh,
highest kWh, lowest kW]}}, hours since 1970"""


def start() -> State:
    return {"first_ms": None, "hours": {}}


def fold(state: State, record: EnergyMeter) -> State:
    at_ms, kwh, kw = record.observed_at_ms, record.energy_kwh, record.power_kw
    if state["first_ms"] is None or at_ms < state["first_ms"]:
        state["first_ms"] = at_ms
    hours = state["hours"].setdefault(name_of(record.feed, record.source), {})
    seen = hours.get(at_ms // HOUR_MS)
    if seen is None:
        hours[at_ms // HOUR_MS] = [1, kwh, kwh, kw]
    else:
        seen[:] = seen[0] + 1, min(seen[1], kwh), max(seen[2], kwh), min(seen[3], kw)
    return state


def prune(state: State, now_ms: int) -> State:
    oldest = now_ms // HOUR_MS - HOURS - 1
    state["hours"] = {
        meter: kept
        for meter, hours in state["hours"].items()
        if (kept := {hour: seen for hour, seen in hours.items() if hour >= oldest})
    }
    return state


def meters_reporting(state: State, context: Context) -> float:
    """Registered meters, not in maintenance, with at least one valid value in the last 24 h."""
    oldest = context.at_ms // HOUR_MS - HOURS
    heard = (
        any(hour >= oldest for hour in state["hours"].get(name_of(meter.feed, meter.key), ()))
        for meter in due_sources(context, KIND)
    )
    return float(sum(heard))


def values_expected(state: State, context: Context) -> float:
    """Values due from the registered meters by their cadence in the last 24 h, or since the place
    was first heard of. A value is due one cadence after its turn.
    """
    return float(sum(_due(state, context, m.cadence_seconds) for m in due_sources(context, KIND)))


def values_normal(state: State, context: Context) -> float | None:
    """Values of those expected that have passed all checks: the gate's, and that the counter does
    not stand still for an hour in which the power it reports adds up to energy.meter.stuck_kwh.
    """
    stuck_kwh = context.standard("energy.meter.stuck_kwh")
    if stuck_kwh is None:
        return None
    oldest = context.at_ms // HOUR_MS - HOURS
    normal = 0
    for meter in due_sources(context, KIND):
        hours = state["hours"].get(name_of(meter.feed, meter.key), {})
        passed = sum(
            seen[0]
            for hour, seen in hours.items()
            if hour >= oldest and not _is_stuck(seen, meter.cadence_seconds, stuck_kwh)
        )
        normal += min(passed, _due(state, context, meter.cadence_seconds))
    return float(normal)


def _due(state: State, context: Context, cadence_seconds: float) -> int:
    since_ms = max(state["first_ms"], (context.at_ms // HOUR_MS - HOURS) * HOUR_MS)
    cadence_ms = cadence_seconds * 1000
    return max(0, int((context.at_ms - since_ms - cadence_ms) // cadence_ms))


def _is_stuck(seen: list[Any], cadence_seconds: float, stuck_kwh: float) -> bool:
    records, lowest_kwh, highest_kwh, lowest_kw = seen
    drawn_kwh = lowest_kw * (records - 1) * cadence_seconds / 3600
    return bool(lowest_kwh == highest_kwh and drawn_kwh >= stuck_kwh)


def access_ratio(context: Context, reporting: float) -> float | None:
    """Meters with at least one valid value in 24 h ÷ meters registered and not in maintenance."""
    due = count_due(context, KIND)
    return reporting / due if due else None


def normal_ratio(_: Context, normal: float, expected: float) -> float | None:
    """Values that passed all checks ÷ values expected, in 24 h; unknown until one is expected."""
    return normal / expected if expected else None


MEASURES = (
    Measure(
        key="energy.power_kw",
        kind=KIND,
        field="power_kw",
        unit="kW",
        title_zh="功率",
        title_en="Power",
        description="power drawn, sum over the meters; negative feeds the grid",
        over_sources=OverSources.SUM,
        roll_up=RollUp.SUM,
    ),
    Measure(
        key="energy.energy_kwh_1h",
        kind=KIND,
        field="energy_kwh",
        unit="kWh",
        title_zh="1小时电量",
        title_en="Energy in 1 h",
        description="rise of the counters over an hour, sum over the meters",
        over_time=OverTime.DIFFERENCE,
        over_sources=OverSources.SUM,
        window_seconds=3600.0,
        varies=True,
        roll_up=RollUp.SUM,
    ),
)


_row = partial(
    Accumulated,
    kind=KIND,
    start=start,
    fold=fold,
    prune=prune,
    coverage=False,
    roll_up=RollUp.SUM,
)

ACCUMULATED = (
    _row(
        key="energy.meters_reporting",
        read=meters_reporting,
        unit="meters",
        title_zh="已接入电表",
        title_en="Meters reporting",
        description="registered meters with a valid value in the last 24 h",
    ),
    _row(
        key="energy.values_normal_24h",
        read=values_normal,
        unit="values",
        title_zh="正常数据量",
        title_en="Values that pass",
        description="values of the last 24 h that passed all checks",
    ),
    _row(
        key="energy.values_expected_24h",
        read=values_expected,
        unit="values",
        title_zh="应收数据量",
        title_en="Values expected",
        description="values due in the last 24 h by the cadence of the meters",
    ),
)

DERIVED = (
    Derived(
        key="energy.access_ratio",
        inputs=("energy.meters_reporting",),
        formula=access_ratio,
        unit="ratio",
        title_zh="数据接入率",
        title_en="Access rate",
        description="meters with at least one valid value in 24 h ÷ meters registered",
    ),
    Derived(
        key="energy.normal_ratio",
        inputs=("energy.values_normal_24h", "energy.values_expected_24h"),
        formula=normal_ratio,
        unit="ratio",
        title_zh="数据正常率",
        title_en="Data-normal rate",
        description="values that passed all checks ÷ values expected, not received",
    ),
)
