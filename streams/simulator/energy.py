"""Electric power at a place, and the counters that add it up."""

from __future__ import annotations

from itertools import accumulate

from streams.simulator.crowd import at
from streams.simulator.day import BEGINS_HOUR, DayBook
from streams.simulator.names import first_for
from streams.simulator.ordinary import Ordinary, Power
from streams.simulator.shape import Shape, daily
from streams.site.model import Site

GRID_MINUTES = 5
DAY_MINUTES = 1440
METER_DAYS = 5_000


class Energy:
    """Power and energy of the places that have meters."""

    def __init__(self, site: Site, ordinary: Ordinary, days: DayBook) -> None:
        self._days = days
        self._loads: dict[str, _Load] = {}
        for place in site.places.values():
            row = first_for(place.key, ordinary.power)
            rated_kw = row and (row.rated_kw or place.number("rated_kw"))
            if row and rated_kw:
                self._loads[place.key] = _Load(row, rated_kw)

    def __contains__(self, place: str) -> bool:
        return place in self._loads

    def power_kw(self, place: str, at_ms: int) -> float:
        return self._loads[place].power_kw(self._days.at(at_ms).hour(at_ms))

    def energy_kwh(self, place: str, at_ms: int) -> float:
        """Energy drawn since the meters were new; they start again after some 14 years."""
        day = self._days.at(at_ms)
        minute = (day.hour(at_ms) - BEGINS_HOUR) * 60
        load = self._loads[place]
        return day.date.toordinal() % METER_DAYS * load.kwh_a_day + load.kwh(minute)


class _Load:
    def __init__(self, row: Power, rated_kw: float) -> None:
        self._shape: Shape = daily(row.load)
        self._rated_kw = rated_kw
        cells = range(DAY_MINUTES // GRID_MINUTES)
        drawn = (self.power_kw(BEGINS_HOUR + (c + 0.5) * GRID_MINUTES / 60) for c in cells)
        self._kwh = [0.0, *accumulate(kw * GRID_MINUTES / 60 for kw in drawn)]

    @property
    def kwh_a_day(self) -> float:
        return self._kwh[-1]

    def power_kw(self, hour: float) -> float:
        return self._rated_kw * self._shape.at(hour)

    def kwh(self, minute: float) -> float:
        """Energy since the day began."""
        return at(self._kwh, minute / GRID_MINUTES)
