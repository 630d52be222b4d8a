"""A scenario made ready to be asked: how is a quantity at a place at an instant disturbed."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from streams.simulator.names import matches
from streams.simulator.scenario import Hold, Quantity, Scenario
from streams.simulator.shape import Shape
from streams.site.model import Site


class Script:
    """Disturbances by quantity and place. Times are Unix ms."""

    def __init__(self, site: Site, scenario: Scenario) -> None:
        self._zone = ZoneInfo(site.timezone)
        self._scenario = scenario
        self._tracks: dict[str, dict[str, Shape]] = {}
        for track in scenario.tracks:
            points = [(float(self.at_ms(clock)), value) for clock, value in track.points]
            by_place = self._tracks.setdefault(track.quantity, {})
            for place in _matching(track.places, site):
                by_place[place] = Shape(points)
        self._endings = {
            place: (self.at_ms(ending.announced), self.at_ms(ending.last))
            for ending in scenario.endings
            for place in _matching(ending.places, site)
        }

    def at_ms(self, clock: float) -> int:
        """Unix ms of a time of day of the scenario."""
        return self._scenario.at_ms(clock, self._zone)

    def value(self, quantity: Quantity, place: str, at_ms: float, ordinary: float) -> float:
        """What the script says, or what is ordinary where it says nothing."""
        track = self._tracks.get(quantity, {}).get(place)
        return ordinary if track is None else track.at(at_ms)

    def last_departure(self, place: str, at_ms: float, ordinary_ms: int) -> int:
        """The last departure as announced at an instant; a moved one is of the origin's night."""
        announced_ms, last_ms = self._endings.get(place, (0, 0))
        moved = announced_ms <= at_ms and last_ms <= ordinary_ms and announced_ms > 0
        same_night = ordinary_ms - last_ms < 12 * 3_600_000
        return last_ms if moved and same_night else ordinary_ms

    def holds(self, carrier: str) -> tuple[Hold, ...]:
        return tuple(hold for hold in self._scenario.holds if hold.carrier == carrier)


def _matching(patterns: tuple[str, ...], site: Site) -> list[str]:
    return [key for key in site.places if matches(key, patterns)]
