"""Ranks of taxis, ride-hail cars and buses: who waits, and how fast they are taken away."""

from __future__ import annotations

from streams.domains.flow import waiting_minutes
from streams.fusion.measure import Context, Derived, Measure, OverSources, OverTime, RollUp

KIND = "rank_service"
WINDOW_SECONDS = 300.0


def throughput(_: Context, vehicles_per_min: float, persons_per_vehicle: float) -> float:
    """Vehicles a minute × persons a vehicle."""
    return vehicles_per_min * persons_per_vehicle


def wait_minutes(_: Context, waiting_persons: float, persons_per_min: float) -> float:
    """Persons waiting ÷ persons taken away a minute (Little's law); 240 stands for 240 or more, and
    for a queue that no vehicle serves.
    """
    return waiting_minutes(waiting_persons, persons_per_min)


MEASURES = (
    Measure(
        key="rank.vehicles_per_min",
        kind=KIND,
        field="vehicles_per_min",
        unit="veh/min",
        title_zh="发车速率",
        title_en="Vehicles leaving",
        description="vehicles that leave with passengers, mean over 5 minutes",
        over_time=OverTime.MEAN,
        over_sources=OverSources.SUM,
        window_seconds=WINDOW_SECONDS,
        roll_up=RollUp.SUM,
        critical=True,
    ),
    Measure(
        key="rank.persons_per_vehicle",
        kind=KIND,
        field="persons_per_vehicle",
        unit="persons/veh",
        title_zh="每车人数",
        title_en="Persons a vehicle",
        description="mean over 5 minutes, weighed by the vehicles leaving",
        over_time=OverTime.MEAN,
        over_sources=OverSources.WEIGHTED_MEAN,
        weight="vehicles_per_min",
        window_seconds=WINDOW_SECONDS,
    ),
    Measure(
        key="rank.waiting_persons",
        kind=KIND,
        field="waiting_persons",
        unit="persons",
        title_zh="候车人数",
        title_en="Persons waiting",
        description="persons in the queue, where the rank counts them",
        over_sources=OverSources.SUM,
        roll_up=RollUp.SUM,
    ),
    Measure(
        key="rank.waiting_vehicles",
        kind=KIND,
        field="waiting_vehicles",
        unit="veh",
        title_zh="待客车辆",
        title_en="Vehicles waiting",
        description="vehicles in the pool, where the rank counts them",
        over_sources=OverSources.SUM,
        roll_up=RollUp.SUM,
    ),
)

DERIVED = (
    Derived(
        key="rank.throughput_persons_per_min",
        inputs=("rank.vehicles_per_min", "rank.persons_per_vehicle"),
        formula=throughput,
        unit="persons/min",
        title_zh="疏散速率",
        title_en="Persons taken away",
        description="vehicles a minute × persons a vehicle",
        roll_up=RollUp.SUM,
    ),
    Derived(
        key="rank.wait_minutes",
        inputs=("rank.waiting_persons", "rank.throughput_persons_per_min"),
        formula=wait_minutes,
        unit="min",
        title_zh="候车时间",
        title_en="Wait",
        description="mean wait of whoever joins now; of a parent: its longest wait",
        roll_up=RollUp.MAXIMUM,
    ),
)
