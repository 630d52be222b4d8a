"""Roads: speed and flow of a segment, graded by class and against free traffic."""

from __future__ import annotations

from functools import cache

from streams.domains.scale import count_above, count_reached
from streams.fusion.measure import Context, Derived, Measure, OverSources, OverTime, RollUp

KIND = "road_flow"

SLOWEST_KMH = 1.0
"""slower counts as this in a travel time: a standstill has none"""


STATES = tuple(
    f"road.congestion_index.{state}_from" for state in ("fairly_smooth", "crowded", "blocked")
)


@cache
def _grades(road_class: object) -> tuple[str, ...]:
    return tuple(f"road.{road_class}.grade_{grade}_above_kmh" for grade in range(1, 5))


def speed_grade(context: Context, speed_kmh: float) -> float | None:
    """1 (free) … 5 (blocked) by road class: grade 1 above road.<class>.grade_1_above_kmh, …,
    grade 5 at or below grade_4_above_kmh. Unknown where the place has no class.
    """
    passed = count_above(context, speed_kmh, _grades(context.place.attributes.get("road_class")))
    return None if passed is None else 5.0 - passed


def congestion_index(context: Context, speed_kmh: float) -> float | None:
    """100 · (1 − speed ÷ free-flow speed), 0 … 100.

    Scale of Shanghai's road traffic state index, DB31/T 997-2016; the formula is the one commonly
    attributed to it (general-knowledge, text not read).
    """
    free_flow = context.place.number("free_flow_kmh")
    return 100.0 * max(0.0, 1.0 - speed_kmh / free_flow) if free_flow else None


def congestion_state(context: Context, index: float) -> float | None:
    """1 smooth, 2 fairly smooth, 3 crowded, 4 blocked; a state begins at
    road.congestion_index.fairly_smooth_from, .crowded_from, .blocked_from (DB31/T 997-2016).
    """
    passed = count_reached(context, index, STATES)
    return None if passed is None else 1.0 + passed


def travel_time_index(context: Context, speed_kmh: float) -> float | None:
    """Actual ÷ free-flow travel time = free-flow speed ÷ speed; 1 is free, below 1 faster still.
    A speed below 1 km/h counts as 1 km/h.
    """
    free_flow = context.place.number("free_flow_kmh")
    return free_flow / max(speed_kmh, SLOWEST_KMH) if free_flow else None


MEASURES = (
    Measure(
        key="road.speed_kmh",
        kind=KIND,
        field="speed_kmh",
        unit="km/h",
        title_zh="平均车速",
        title_en="Mean speed",
        description="mean over the vehicles counted: detectors weigh by their flow",
        over_time=OverTime.MEAN,
        over_sources=OverSources.WEIGHTED_MEAN,
        weight="flow_veh_h",
        varies=True,
        jump=120.0,
        roll_up=RollUp.CAPACITY_MEAN,
        critical=True,
    ),
    Measure(
        key="road.flow_veh_h",
        kind=KIND,
        field="flow_veh_h",
        unit="veh/h",
        title_zh="流量",
        title_en="Flow",
        description="vehicles an hour over all lanes; mean of the detectors along the segment",
        over_time=OverTime.MEAN,
    ),
    Measure(
        key="road.occupancy_ratio",
        kind=KIND,
        field="occupancy_ratio",
        unit="ratio",
        title_zh="占有率",
        title_en="Occupancy",
        description="share of time a detector is covered",
        over_time=OverTime.MEAN,
    ),
)

DERIVED = (
    Derived(
        key="road.speed_grade",
        inputs=("road.speed_kmh",),
        formula=speed_grade,
        unit="grade",
        title_zh="车速等级",
        title_en="Speed grade",
        description="1 (free) to 5 (blocked) by road class; of a road: its worst segment",
        roll_up=RollUp.MAXIMUM,
    ),
    Derived(
        key="road.congestion_index",
        inputs=("road.speed_kmh",),
        formula=congestion_index,
        unit="index",
        title_zh="道路交通状态指数",
        title_en="Congestion index",
        description="Shanghai scale, 0 (free) to 100 (standstill); of a road or an area: the mean "
        "of its parts",
        roll_up=RollUp.CAPACITY_MEAN,
    ),
    Derived(
        key="road.congestion_state",
        inputs=("road.congestion_index",),
        formula=congestion_state,
        unit="state",
        title_zh="道路交通状态",
        title_en="Congestion state",
        description="1 smooth, 2 fairly smooth, 3 crowded, 4 blocked, by the congestion index",
    ),
    Derived(
        key="road.travel_time_index",
        inputs=("road.speed_kmh",),
        formula=travel_time_index,
        unit="ratio",
        title_zh="行程时间比",
        title_en="Travel time index",
        description="travel time ÷ travel time in free flow; of a road: its worst segment",
        roll_up=RollUp.MAXIMUM,
    ),
)
