"""Arrivals: whom flights, trains and coaches bring within the half hour, and how late they are."""

from __future__ import annotations

from functools import partial
from math import fsum

from streams.domains.timetable import (
    BRINGS_NOBODY,
    MINUTE_MS,
    State,
    expected,
    fold,
    is_silent,
    profile,
    prune,
    services,
    start,
)
from streams.fusion.measure import Accumulated, Context, RollUp

KIND = "arrival"
EXPECTED_MINUTES = 30


def expected_passengers(state: State, context: Context) -> float | None:
    """Sum over the services due within 30 minutes, neither cancelled nor diverted, of the
    passengers declared; else capacity × arrivals.<mode>.load_ratio, imputed. Unknown when a prior
    is missing or the feed has fallen silent: a service due for arrivals.silence_minutes, and
    nothing heard since.
    """
    loads = expected(state, context, EXPECTED_MINUTES)
    return None if loads is None else fsum(load.likely for load in loads)


def imputed_ratio(state: State, context: Context) -> float | None:
    """Imputed passengers ÷ passengers expected within 30 minutes; 0 when nobody is expected."""
    loads = expected(state, context, EXPECTED_MINUTES)
    if loads is None:
        return None
    total = fsum(load.likely for load in loads)
    return fsum(load.likely for load in loads if load.imputed) / total if total else 0.0


def _delays(state: State, context: Context) -> list[tuple[str, float]] | None:
    """(mode, minutes late) of each service in play that still brings somebody."""
    if is_silent(state, context) is not False:
        return None
    return [
        (service.mode, max(0.0, (service.due_ms - service.scheduled_ms) / MINUTE_MS))
        for service in services(state, context.at_ms)
        if service.status not in BRINGS_NOBODY
    ]


def delayed_ratio(state: State, context: Context) -> float | None:
    """Services at least arrivals.<mode>.late_minutes late ÷ services in play: due by 90 minutes
    from now, by the timetable or as expected, and not arrived for more than 60. Cancelled and
    diverted ones are left out. 0 without any service.
    """
    delays = _delays(state, context)
    if delays is None:
        return None
    limits = {mode: context.standard(f"arrivals.{mode}.late_minutes") for mode, _ in delays}
    late = 0
    for mode, minutes in delays:
        limit = limits[mode]
        if limit is None:
            return None
        late += minutes >= limit
    return late / len(delays) if delays else 0.0


def mean_delay(state: State, context: Context) -> float | None:
    """Mean lateness of the services in play, early ones counting as 0; 0 without any service."""
    delays = _delays(state, context)
    if delays is None:
        return None
    return fsum(minutes for _, minutes in delays) / len(delays) if delays else 0.0


# Each service is its own source, silent once it is over: coverage says nothing here, `is_silent`
# takes its place.
_row = partial(Accumulated, kind=KIND, start=start, fold=fold, prune=prune, coverage=False)

ACCUMULATED = (
    _row(
        key="arrivals.expected_passengers_30min",
        read=expected_passengers,
        arrivals=profile,
        unit="persons",
        title_zh="30分钟预计到达旅客",
        title_en="Passengers expected in 30 min",
        description="passengers of the services due within 30 minutes, imputed where undeclared",
        roll_up=RollUp.SUM,
        critical=True,
    ),
    _row(
        key="arrivals.imputed_ratio",
        read=imputed_ratio,
        unit="ratio",
        title_zh="旅客数推算比例",
        title_en="Share imputed",
        description="share of the expected passengers that no service declared",
        roll_up=RollUp.MAXIMUM,
    ),
    _row(
        key="arrivals.delayed_ratio",
        read=delayed_ratio,
        unit="ratio",
        title_zh="晚点率",
        title_en="Share delayed",
        description="share of the services in play that are late; of a parent: its worst place",
        roll_up=RollUp.MAXIMUM,
    ),
    _row(
        key="arrivals.mean_delay_minutes",
        read=mean_delay,
        unit="min",
        title_zh="平均晚点",
        title_en="Mean delay",
        description="mean lateness of the services in play; of a parent: its worst place",
        roll_up=RollUp.MAXIMUM,
    ),
)
