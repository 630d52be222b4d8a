"""Car parks: how full, and when full."""

from __future__ import annotations

from streams.domains.flow import minutes_to_full, occupied_ratio
from streams.fusion.measure import Context, Derived, Measure, OverSources, OverTime, RollUp

KIND = "parking_count"
WINDOW_SECONDS = 300.0


def occupancy_ratio(context: Context, occupied: float) -> float | None:
    """Vehicles parked ÷ capacity of the place; unknown where the site gives none."""
    return occupied_ratio(context.place.capacity, occupied)


def time_to_full(
    context: Context, occupied: float, entered_per_min: float, left_per_min: float
) -> float | None:
    """(capacity − occupied) ÷ (entered − left a minute); 0 when full, 1440 when it does not fill
    within a day; unknown without a capacity.
    """
    return minutes_to_full(context.place.capacity, occupied, entered_per_min, left_per_min)


MEASURES = (
    Measure(
        key="parking.occupied_vehicles",
        kind=KIND,
        field="occupied",
        unit="veh",
        title_zh="在停车辆",
        title_en="Vehicles parked",
        description="sum over the counters of the place",
        over_sources=OverSources.SUM,
        roll_up=RollUp.SUM,
    ),
    Measure(
        key="parking.entered_per_min",
        kind=KIND,
        field="entered_per_min",
        unit="veh/min",
        title_zh="驶入速率",
        title_en="Vehicles entering",
        description="mean over 5 minutes, sum over the counters",
        over_time=OverTime.MEAN,
        over_sources=OverSources.SUM,
        window_seconds=WINDOW_SECONDS,
        roll_up=RollUp.SUM,
    ),
    Measure(
        key="parking.left_per_min",
        kind=KIND,
        field="left_per_min",
        unit="veh/min",
        title_zh="驶出速率",
        title_en="Vehicles leaving",
        description="mean over 5 minutes, sum over the counters",
        over_time=OverTime.MEAN,
        over_sources=OverSources.SUM,
        window_seconds=WINDOW_SECONDS,
        roll_up=RollUp.SUM,
    ),
)

DERIVED = (
    Derived(
        key="parking.occupancy_ratio",
        inputs=("parking.occupied_vehicles",),
        formula=occupancy_ratio,
        unit="ratio",
        title_zh="停车占用率",
        title_en="Occupancy",
        description="vehicles parked ÷ capacity; of a parent: its fullest car park",
        roll_up=RollUp.MAXIMUM,
    ),
    Derived(
        key="parking.minutes_to_full",
        inputs=(
            "parking.occupied_vehicles",
            "parking.entered_per_min",
            "parking.left_per_min",
        ),
        formula=time_to_full,
        unit="min",
        title_zh="距满位时间",
        title_en="Minutes to full",
        description="at the present rates of entry and exit",
        place_kinds=("parking",),
    ),
)
