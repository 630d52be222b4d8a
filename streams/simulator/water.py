"""Rain, standing water and pump wells."""

from __future__ import annotations

from streams.simulator.noise import Noise
from streams.simulator.script import Script
from streams.site.model import Site

STATION_SPREAD = 0.06
HOUR_MS = 3_600_000
FILM_CM_PER_MM_H = 0.02
"""depth of the film that runs off a road without ponding"""
PUMP_FROM_CM = 3.0
WELL_CM = 70.0
PUMPED_WELL_CM = 80.0
"""depth from which a wet well is pumped"""
WELL_CM_PER_MM_H = 0.9
LAG_MINUTES = (5, 15, 25)


class Water:
    """What falls and what stands; rain and ponding are the scenario's, the rest follows them."""

    def __init__(self, site: Site, script: Script, seed: int) -> None:
        self._script = script
        self._share = {
            place: 1.0 + STATION_SPREAD * Noise(seed, f"rain|{place}").spread(0)
            for place in site.places
        }

    def rain_mm(self, place: str, from_ms: int, to_ms: int) -> float:
        """Rain fallen at a station in a short span."""
        return self._rain_mm_h(place, (from_ms + to_ms) / 2) * (to_ms - from_ms) / HOUR_MS

    def _rain_mm_h(self, place: str, at_ms: float) -> float:
        return self._script.value("rain_mm_h", place, at_ms, 0.0) * self._share[place]

    def _recent_mm_h(self, place: str, at_ms: int) -> float:
        """Rain as run-off feels it: the last half hour."""
        lags = [self._rain_mm_h(place, at_ms - minutes * 60_000) for minutes in LAG_MINUTES]
        return sum(lags) / len(lags)

    def ponding_cm(self, place: str, at_ms: int) -> float:
        """Depth at the lowest point of a road."""
        film = FILM_CM_PER_MM_H * self._recent_mm_h(place, at_ms)
        return max(film, self._script.value("ponding_cm", place, at_ms, 0.0))

    def pump_runs(self, place: str, at_ms: int) -> bool:
        """Pumps start by themselves, unless the scenario has broken them."""
        works = self._script.value("pump", place, at_ms, 1.0) >= 0.5
        return works and self.ponding_cm(place, at_ms) > PUMP_FROM_CM

    def well_cm(self, place: str, at_ms: int) -> float:
        """Depth in the wet well of a pumping station."""
        return WELL_CM + WELL_CM_PER_MM_H * self._recent_mm_h(place, at_ms)
