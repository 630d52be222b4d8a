"""Roads: how many vehicles pass a segment, and how fast."""

from __future__ import annotations

from dataclasses import dataclass

from streams.simulator.day import DayBook
from streams.simulator.noise import Noise
from streams.simulator.ordinary import Ordinary
from streams.simulator.script import Script
from streams.simulator.shape import Shape, daily
from streams.site.model import Place, Site

SLOWING = 0.6
SLOWING_POWER = 4  # form of the BPR function, Bureau of Public Roads 1964; the factor is ours
BREAKDOWN_LOSS = 0.12
"""share of the capacity lost once demand exceeds it by all of it"""
SEGMENT_SPREAD = 0.08
VEHICLE_METRES = 7.0
"""length of road a detector takes a vehicle to cover, detection zone included"""
DRIFT_MS = 600_000


@dataclass(frozen=True, slots=True)
class Passing:
    speed_kmh: float
    flow_veh_h: float
    occupancy_ratio: float


class Traffic:
    """Road segments by place."""

    def __init__(
        self, site: Site, ordinary: Ordinary, script: Script, days: DayBook, seed: int
    ) -> None:
        self._script = script
        self._days = days
        self._segments: dict[str, _Segment] = {}
        centre = site.places[site.key]
        rows = {row.road_class: row for row in ordinary.traffic}
        for place in site.places.values():
            row = rows.get(str(place.attributes.get("road_class")))
            if row is None:
                continue
            curve = row.inbound if _leads_to(place, centre) else row.outbound
            noise = Noise(seed, f"segment|{place.key}")
            lanes = place.number("lanes") or 2.0
            self._segments[place.key] = _Segment(
                demand=daily(curve),
                capacity_veh_h=lanes * row.capacity_veh_h_lane,
                lanes=lanes,
                free_flow_kmh=place.number("free_flow_kmh") or 50.0,
                share=1.0 + SEGMENT_SPREAD * noise.spread(0),
                noise=noise,
            )

    def __contains__(self, place: str) -> bool:
        return place in self._segments

    def passing(self, place: str, at_ms: int) -> Passing:
        """True state of a segment, before any detector's own error."""
        segment = self._segments[place]
        hour = self._days.at(at_ms).hour(at_ms)
        drift = 1.0 + 0.04 * segment.noise.drift(at_ms / DRIFT_MS)
        wanted = segment.demand.at(hour) * segment.share * drift
        wanted *= self._script.value("road_demand", place, at_ms, 1.0)
        usable = max(0.02, self._script.value("road_capacity", place, at_ms, 1.0))
        load = wanted / usable
        speed = segment.free_flow_kmh / (1.0 + SLOWING * load**SLOWING_POWER)
        carried = min(load, 1.0) - BREAKDOWN_LOSS * min(1.0, max(0.0, load - 1.0))
        flow = segment.capacity_veh_h * usable * carried
        occupancy = flow / segment.lanes / max(speed, 1.0) * VEHICLE_METRES / 1000
        return Passing(speed, flow, min(occupancy, 0.95))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Segment:
    demand: Shape
    capacity_veh_h: float
    lanes: float
    free_flow_kmh: float
    share: float
    noise: Noise


def _leads_to(place: Place, centre: Place) -> bool:
    """Whether a segment's direction is that towards the middle of the site."""
    if place.latitude is None or centre.latitude is None:
        return True
    if place.longitude is None or centre.longitude is None:
        return True
    towards = {
        "south": place.latitude > centre.latitude,
        "north": place.latitude < centre.latitude,
        "west": place.longitude > centre.longitude,
        "east": place.longitude < centre.longitude,
    }
    return towards.get(str(place.attributes.get("direction")), True)
