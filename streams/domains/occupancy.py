"""Persons inside a place, from what passes its gates: how many, how full, when full."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from streams.domains.flow import minutes_to_full, occupied_ratio
from streams.domains.ledger import State, balance, fold, prune, start
from streams.fusion.measure import (
    Accumulated,
    Context,
    Derived,
    Measure,
    OverSources,
    OverTime,
    RollUp,
)

KIND = "gate_count"
WINDOW_SECONDS = 300.0

ENCLOSED_KINDS = (
    "terminal",
    "rail_station",
    "coach_station",
    "bus_station",
    "building",
    "exhibition",
    "hall",
    "concourse",
    "waiting_room",
    "square",
    "park",
    "hotel",
    "hospital",
)
"""places with an inside that gates close off; a gate has none, and trains carry people out of a
metro station past its gates"""


def occupancy(state: State, context: Context) -> float | None:
    """Persons in minus persons out since the last anchor, minute by minute, never below 0.

    Anchors: the local hour crowd.occupancy.zero_hour, at which the place counts as empty, and
    recounts by the gates' own system. Unknown before the first anchor, and after more than an hour
    in which no gate reported, until the next one.
    """
    inside = balance(state, _zero_ms(context)).inside
    return None if inside is None else float(inside)


def drift(state: State, context: Context) -> float | None:
    """Persons the gates are known to have miscounted, signs ignored: the remainder that the last
    nightly zero removed, plus what recounts and the floor of 0 have corrected since. Unknown while
    the occupancy is, and before the first nightly zero.
    """
    found = balance(state, _zero_ms(context))
    if found.inside is None or not found.anchored:
        return None
    return float(abs(found.inside - found.net) + abs(found.remainder or 0))


def _zero_ms(context: Context) -> int | None:
    """The last instant at which the place counts as empty; None where no standard says when."""
    hour = context.standard("crowd.occupancy.zero_hour")
    if hour is None:
        return None
    now = datetime.fromtimestamp(context.at_ms / 1000, ZoneInfo(context.site.timezone))
    zero = now.replace(hour=int(hour), minute=0, second=0, microsecond=0)
    if zero > now:
        zero -= timedelta(days=1)
    return round(zero.timestamp() * 1000)


def per_minute(_: Context, passages: float, counted_seconds: float) -> float | None:
    """Passages of the last 5 minutes ÷ the time they were counted in."""
    return 60.0 * passages / counted_seconds if counted_seconds else None


def occupancy_ratio(context: Context, persons: float) -> float | None:
    """Persons inside ÷ capacity of the place; unknown where the site gives none."""
    return occupied_ratio(context.place.capacity, persons)


def time_to_full(
    context: Context, persons: float, entered_per_min: float, left_per_min: float
) -> float | None:
    """(capacity − persons inside) ÷ (entered − left a minute); 0 when full, 1440 when it does not
    fill within a day; unknown without a capacity.
    """
    return minutes_to_full(context.place.capacity, persons, entered_per_min, left_per_min)


def camera_gap(_: Context, inside: float, seen: float) -> float:
    """Persons inside by the gates − persons seen by the cameras."""
    return inside - seen


MEASURES = (
    Measure(
        key="crowd.entered_persons_5min",
        kind=KIND,
        field="entered",
        unit="persons",
        title_zh="5分钟进入人数",
        title_en="Persons in, 5 min",
        description="passages in during the last 5 minutes, sum over the gates",
        over_time=OverTime.SUM,
        over_sources=OverSources.SUM,
        window_seconds=WINDOW_SECONDS,
    ),
    Measure(
        key="crowd.left_persons_5min",
        kind=KIND,
        field="left",
        unit="persons",
        title_zh="5分钟离开人数",
        title_en="Persons out, 5 min",
        description="passages out during the last 5 minutes, sum over the gates",
        over_time=OverTime.SUM,
        over_sources=OverSources.SUM,
        window_seconds=WINDOW_SECONDS,
    ),
    Measure(
        key="crowd.counted_seconds_5min",
        kind=KIND,
        field="interval_seconds",
        unit="s",
        title_zh="5分钟计数时长",
        title_en="Time counted, 5 min",
        description="time the reports of the last 5 minutes cover, mean of the gates",
        over_time=OverTime.SUM,
        window_seconds=WINDOW_SECONDS,
    ),
)

_row = partial(
    Accumulated,
    kind=KIND,
    start=start,
    fold=fold,
    prune=prune,
    place_kinds=ENCLOSED_KINDS,
    roll_up=RollUp.SUM,
)

ACCUMULATED = (
    _row(
        key="crowd.occupancy_persons",
        read=occupancy,
        unit="persons",
        title_zh="在场人数",
        title_en="Persons inside",
        description="balance of the gates since the last anchor, never below 0",
    ),
    _row(
        key="crowd.occupancy_drift_persons",
        read=drift,
        unit="persons",
        title_zh="计数漂移",
        title_en="Drift of the gates",
        description="persons the balance of the gates had to be corrected by",
    ),
)

DERIVED = (
    Derived(
        key="crowd.entered_per_min",
        inputs=("crowd.entered_persons_5min", "crowd.counted_seconds_5min"),
        formula=per_minute,
        unit="persons/min",
        title_zh="进入速率",
        title_en="Persons entering",
        description="mean of the last 5 minutes, sum over the gates",
        roll_up=RollUp.SUM,
    ),
    Derived(
        key="crowd.left_per_min",
        inputs=("crowd.left_persons_5min", "crowd.counted_seconds_5min"),
        formula=per_minute,
        unit="persons/min",
        title_zh="离开速率",
        title_en="Persons leaving",
        description="mean of the last 5 minutes, sum over the gates",
        roll_up=RollUp.SUM,
    ),
    Derived(
        key="crowd.occupancy_ratio",
        inputs=("crowd.occupancy_persons",),
        formula=occupancy_ratio,
        unit="ratio",
        title_zh="容量占用率",
        title_en="Share of capacity",
        description="persons inside ÷ capacity",
        place_kinds=ENCLOSED_KINDS,
    ),
    Derived(
        key="crowd.minutes_to_full",
        inputs=("crowd.occupancy_persons", "crowd.entered_per_min", "crowd.left_per_min"),
        formula=time_to_full,
        unit="min",
        title_zh="距满员时间",
        title_en="Minutes to full",
        description="at the present rates of entry and exit",
        place_kinds=ENCLOSED_KINDS,
    ),
    Derived(
        key="crowd.camera_gap_persons",
        inputs=("crowd.occupancy_persons", "crowd.count_persons"),
        formula=camera_gap,
        unit="persons",
        title_zh="闸机与视频差",
        title_en="Gates against cameras",
        description="where cameras see the whole place: a gap that stays is a miscount of one",
        place_kinds=("hall", "concourse", "waiting_room", "square"),
    ),
)
