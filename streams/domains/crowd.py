"""Crowds seen by cameras: how many, how dense, and which level of service that is."""

from __future__ import annotations

from streams.domains.scale import count_above
from streams.fusion.measure import Context, Derived, Measure, OverSources, RollUp

KIND = "crowd_count"

WALKWAY_KINDS = ("walkway", "concourse", "square", "hall", "gate", "station_exit")
"""people move: Fruin's walkway table"""
QUEUE_KINDS = (
    "platform",
    "waiting_room",
    "security_area",
    "security_lane_group",
    "taxi_rank",
    "ride_hail_rank",
)
"""people stand: Fruin's queue table"""

GRADES = {
    table: tuple(f"crowd.{table}.los_{grade}_per_m2" for grade in "bcdef")
    for table in ("walkway", "queue")
}


def density(context: Context, persons: float) -> float | None:
    """Persons ÷ usable area of the place; unknown where the site gives no area."""
    area = context.place.area_m2
    return persons / area if area else None


def level_of_service(context: Context, persons_per_m2: float) -> float | None:
    """1 = A … 6 = F after Fruin (1971), by density: the walkway table where people move, the queue
    table where they stand; the kind of the place decides. A grade begins above
    crowd.walkway.los_b_per_m2 … or crowd.queue.los_b_per_m2 …
    """
    table = "walkway" if context.place.kind in WALKWAY_KINDS else "queue"
    passed = count_above(context, persons_per_m2, GRADES[table])
    return None if passed is None else 1.0 + passed


MEASURES = (
    Measure(
        key="crowd.count_persons",
        kind=KIND,
        field="count",
        unit="persons",
        title_zh="人数",
        title_en="Persons seen",
        description="sum over the cameras of the place",
        over_sources=OverSources.SUM,
        varies=True,
        roll_up=RollUp.SUM,
        critical=True,
    ),
)

DERIVED = (
    Derived(
        key="crowd.density_per_m2",
        inputs=("crowd.count_persons",),
        formula=density,
        unit="persons/m²",
        title_zh="人群密度",
        title_en="Crowd density",
        description="persons seen a square metre of usable area; of a parent: its densest part",
        roll_up=RollUp.MAXIMUM,
    ),
    Derived(
        key="crowd.level_of_service",
        inputs=("crowd.density_per_m2",),
        formula=level_of_service,
        unit="grade",
        title_zh="服务水平",
        title_en="Level of service",
        description="1 = A (free) to 6 = F (jammed); of a parent: its worst part",
        place_kinds=(*WALKWAY_KINDS, *QUEUE_KINDS),
        roll_up=RollUp.MAXIMUM,
    ),
)
