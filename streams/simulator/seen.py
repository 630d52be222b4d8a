"""How each measure that rules watch is read off the world, and how far sensors may be off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from statistics import median

from streams.simulator.day import MINUTE_MS
from streams.simulator.sight import Sight
from streams.site.model import Place

SLOPE_POINTS = 16

Read = Callable[[Sight, Place, int], float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How a measure is read off the world.

    `margin` is the share by which sensors and estimates may be off; 0 for what is told in so many
    words. `lag_seconds` is how much later than the truth averaging shows it.
    """

    read: Read
    margin: float = 0.05
    lag_seconds: float = 60.0


SEEN: Mapping[str, Seen] = {
    "crowd.density_per_m2": Seen(read=Sight.density, margin=0.08),
    "crowd.occupancy_persons": Seen(read=Sight.inside),
    "crowd.occupancy_ratio": Seen(read=Sight.inside_ratio),
    "crowd.minutes_to_full": Seen(read=Sight.minutes_to_full, margin=0.25, lag_seconds=300),
    "security.wait_minutes": Seen(read=Sight.security_wait, margin=0.1, lag_seconds=300),
    "rank.wait_minutes": Seen(read=Sight.rank_wait, margin=0.1, lag_seconds=300),
    "parking.occupancy_ratio": Seen(read=Sight.parked_ratio, margin=0.01),
    "road.speed_kmh": Seen(read=Sight.speed, margin=0.06),
    "road.congestion_index": Seen(read=Sight.congestion, margin=0.03),
    "transit.headway_adherence_ratio": Seen(read=Sight.headway_ratio, margin=0.08),
    "transit.load_ratio": Seen(read=Sight.load, margin=0.06),
    "arrivals.mean_delay_minutes": Seen(read=Sight.mean_delay, margin=0.1, lag_seconds=300),
    "water.rain_mm_1h": Seen(read=lambda s, p, t: s.rain_mm(p, t, 1), margin=0.06),
    "water.depth_cm": Seen(read=Sight.depth),
    "water.ponding_cm": Seen(read=Sight.ponding),
    "water.unpumped_cm": Seen(read=Sight.unpumped),
    "warning.level": Seen(read=Sight.warning_level, margin=0),
    "emergency.worst_severity": Seen(read=Sight.worst_emergency, margin=0),
    "device.online_ratio": Seen(read=Sight.online, margin=0),
}
"""Measures compared as they are; those that are grades are in GRADED."""

GRADED: Mapping[str, Callable[[Sight, Place, int, float], float | None]] = {
    "crowd.level_of_service": Sight.walkway_service,
    "water.rain_warning_level": Sight.rain_level,
}
"""Grades: the margin belongs to what is graded, and comes as a factor."""
GRADE_MARGIN = 0.06

SOURCES: Mapping[str, str] = {
    "crowd.count_persons": "crowd_count",
    "road.speed_kmh": "road_flow",
    "water.ponding_cm": "water_level",
}
"""Record kind of the sensors behind a measure, where a rule asks for their absence."""


def slope_per_minute(
    read: Callable[[int], float | None], at_ms: int, window_ms: int
) -> float | None:
    """Median of the slopes between points of a window."""
    instants = [at_ms - window_ms * k // SLOPE_POINTS for k in range(SLOPE_POINTS)]
    points = [(ms, value) for ms in reversed(instants) if (value := read(ms)) is not None]
    slopes = [
        (value - before) / (ms - before_ms) * MINUTE_MS
        for (before_ms, before), (ms, value) in combinations(points, 2)
    ]
    return median(slopes) if slopes else None
