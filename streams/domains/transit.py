"""Metro and other line traffic: headways, loads, and what can still be carried away."""

from __future__ import annotations

from functools import partial

from schemas.kinds.transit_service import TransitService
from streams.domains.newest import forget
from streams.domains.registered import name_of
from streams.fusion.measure import (
    Accumulated,
    Context,
    Derived,
    Measure,
    OverSources,
    RollUp,
)

KIND = "transit_service"
STEP_SECONDS = 300.0
MS_A_MINUTE = 60_000
NIGHT_MS = 8 * 3_600_000

LastDepartures = dict[str, list[int]]
"""{feed/source: [observed_at_ms, last_departure_ms]}, the newest word of each"""


def headway_adherence(_: Context, headway: float, scheduled: float) -> float | None:
    """Headway ÷ scheduled headway: 1 is on plan, 2 a gap twice as long."""
    return headway / scheduled if scheduled else None


def fold(state: LastDepartures, record: TransitService) -> LastDepartures:
    name = name_of(record.feed, record.source)
    word = [record.observed_at_ms, record.last_departure_ms]
    state[name] = max(state.get(name, word), word)
    return state


def prune(state: LastDepartures, now_ms: int) -> LastDepartures:
    return forget(state, now_ms, lambda word: word[1] <= now_ms - NIGHT_MS)


def last_departure(state: LastDepartures, context: Context) -> float | None:
    """Last departure of the operating day as last announced, the earliest of the sources. Silence
    does not void it: after the last train nobody reports. Unknown again 8 h after it.
    """
    last_ms = [last for _, last in state.values() if context.at_ms < last + NIGHT_MS]
    return float(min(last_ms)) if last_ms else None


def minutes_to_last_departure(state: LastDepartures, context: Context) -> float | None:
    """Minutes until the last departure; 0 once it has gone."""
    last_ms = last_departure(state, context)
    return None if last_ms is None else max(0.0, (last_ms - context.at_ms) / MS_A_MINUTE)


def onward_capacity(
    _: Context,
    minutes_left: float,
    headway_seconds: float | None,
    load_ratio: float | None,
    train_capacity: float | None,
) -> float | None:
    """Trains of the next 5 minutes × train capacity × (1 − load on arrival).

    Trains = seconds of service left in these minutes ÷ headway. After the last departure it is 0,
    though no train reports any more.
    """
    if not minutes_left:
        return 0.0
    if not headway_seconds or load_ratio is None or train_capacity is None:
        return None
    trains = min(STEP_SECONDS, 60.0 * minutes_left) / headway_seconds
    return trains * train_capacity * max(0.0, 1.0 - load_ratio)


MEASURES = (
    Measure(
        key="transit.headway_seconds",
        kind=KIND,
        field="headway_seconds",
        unit="s",
        title_zh="行车间隔",
        title_en="Headway",
        description="time between trains of this line and direction; of a parent: the longest",
        roll_up=RollUp.MAXIMUM,
    ),
    Measure(
        key="transit.scheduled_headway_seconds",
        kind=KIND,
        field="scheduled_headway_seconds",
        unit="s",
        title_zh="计划间隔",
        title_en="Scheduled headway",
        description="headway the timetable gives for now",
    ),
    Measure(
        key="transit.load_ratio",
        kind=KIND,
        field="load_ratio",
        unit="ratio",
        title_zh="满载率",
        title_en="Load",
        description="persons aboard on arrival ÷ train capacity; of a parent: its fullest line",
        roll_up=RollUp.MAXIMUM,
    ),
    Measure(
        key="transit.train_capacity_persons",
        kind=KIND,
        field="train_capacity_persons",
        unit="persons",
        title_zh="列车定员",
        title_en="Train capacity",
        description="persons a train carries at full load; the smallest reported",
        over_sources=OverSources.MIN,
    ),
)

_row = partial(Accumulated, kind=KIND, start=dict, fold=fold, prune=prune, coverage=False)

ACCUMULATED = (
    _row(
        key="transit.last_departure_ms",
        read=last_departure,
        unit="ms",
        title_zh="末班时刻",
        title_en="Last departure",
        description="instant of the last departure of the operating day, as last announced",
    ),
    _row(
        key="transit.minutes_to_last_departure",
        read=minutes_to_last_departure,
        unit="min",
        title_zh="距末班时间",
        title_en="Minutes to last departure",
        description="0 once the last train has gone, through the night",
    ),
)

DERIVED = (
    Derived(
        key="transit.headway_adherence_ratio",
        inputs=("transit.headway_seconds", "transit.scheduled_headway_seconds"),
        formula=headway_adherence,
        unit="ratio",
        title_zh="间隔兑现比",
        title_en="Headway adherence",
        description="headway ÷ scheduled headway, high is bad; of a parent: its worst line",
        roll_up=RollUp.MAXIMUM,
    ),
    Derived(
        key="transit.onward_capacity_per_5min",
        inputs=("transit.minutes_to_last_departure",),
        optional=(
            "transit.headway_seconds",
            "transit.load_ratio",
            "transit.train_capacity_persons",
        ),
        formula=onward_capacity,
        unit="persons/5min",
        title_zh="后续运力",
        title_en="Onward capacity",
        description="persons the next 5 minutes of trains can take away; sum over the lines",
        roll_up=RollUp.SUM,
        critical=True,
    ),
)
