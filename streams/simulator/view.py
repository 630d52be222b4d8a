"""Which part of the hub's crowd a place shows."""

from __future__ import annotations

from dataclasses import dataclass

from streams.simulator.crowd import Crowd, Series
from streams.simulator.names import first_for
from streams.simulator.ordinary import Door, Ordinary
from streams.site.model import Site


@dataclass(frozen=True, slots=True)
class View:
    """What a place shows: a share of a crowd, or the queue of a way onward (`mode`)."""

    crowd: str
    share: float
    mode: bool = False
    door: Door | None = None

    def totals(self, crowd: Crowd) -> tuple[Series, Series]:
        """Running totals of those who come and go: all, or only those who walk through doors."""
        if self.door:
            return crowd.walked_in, crowd.walked_out
        return crowd.entered, crowd.left


def view_of(place: str, site: Site, ordinary: Ordinary) -> View:
    cell = site.places[place].cell
    door = first_for(place, ordinary.doors)
    if door:
        return View(door.crowd, 1.0, door=door)
    mode = next((way for way in ordinary.onward if way.place == place), None)
    if mode:
        return View("", mode.dwell_minutes, mode=True)
    zone = first_for(place, ordinary.zones)
    if zone:
        crowd = zone.crowd if zone.crowd and not zone.crowd.startswith(":") else cell + zone.crowd
        return View(crowd, zone.share)
    known = {carrier.place for carrier in ordinary.carriers}
    known |= {passage.place for passage in ordinary.passages}
    known |= {site.places[way.place].cell for way in ordinary.onward}
    visited = first_for(place, ordinary.visitors) is not None and site.places[place].capacity
    return View(place if place in known or visited else "", 1.0)
