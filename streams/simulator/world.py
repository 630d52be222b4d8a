"""The world the sensors look at: everything true of a place at an instant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from streams.simulator.checks import Checking, checking
from streams.simulator.crowd import at
from streams.simulator.day import Day, DayBook
from streams.simulator.energy import Energy
from streams.simulator.lines import Lines, Ranks, Supply
from streams.simulator.names import first_for, matches
from streams.simulator.noise import Noise
from streams.simulator.ordinary import Ordinary
from streams.simulator.passengers import HubDay, hub_day
from streams.simulator.scenario import Scenario
from streams.simulator.script import Script
from streams.simulator.shape import daily
from streams.simulator.timetable import Arriving, arriving, departing
from streams.simulator.traffic import Traffic
from streams.simulator.view import View, view_of
from streams.simulator.water import Water
from streams.site.model import Site

DAYS_KEPT = 3
CROWD_DRIFT = 0.04
DRIFT_MS = 480_000


@dataclass(frozen=True, slots=True)
class WorldDay:
    """One day of the hub and of its security checks."""

    hub: HubDay
    checks: dict[str, Checking]


@dataclass(frozen=True, slots=True)
class Parked:
    vehicles: float
    entered_per_min: float
    left_per_min: float


class World:
    """Answers for any instant; days are worked out when first asked for."""

    def __init__(self, site: Site, ordinary: Ordinary, scenario: Scenario, seed: int) -> None:
        self.site = site
        self.ordinary = ordinary
        self.seed = seed
        self.days = DayBook(ZoneInfo(site.timezone))
        self.script = Script(site, scenario)
        self.lines = Lines(site, ordinary, self.script, self.days)
        self.ranks = Ranks(ordinary, self.script, self.days)
        self.traffic = Traffic(site, ordinary, self.script, self.days, seed)
        self.water = Water(site, self.script, seed)
        self.energy = Energy(site, ordinary, self.days)
        self._supply = Supply(self.lines, self.ranks)
        self._lanes = _sources_by_place(site, "security_lane")
        self._gates = _sources_by_place(site, "gate_count")
        self._views = {place: view_of(place, site, ordinary) for place in site.places}
        self._drifts = {place: Noise(seed, f"crowd|{place}") for place in site.places}
        self._parks = {
            place: (row, daily(row.fill))
            for place in site.places
            if (row := first_for(place, ordinary.parking))
        }
        self._worked_out: dict[Day, WorldDay] = {}

    # -- days ------------------------------------------------------------------------------

    def day(self, at_ms: float) -> WorldDay:
        day = self.days.at(at_ms)
        found = self._worked_out.get(day)
        if found is None:
            while len(self._worked_out) >= DAYS_KEPT:
                del self._worked_out[min(self._worked_out, key=lambda kept: kept.start_ms)]
            found = self._worked_out[day] = self._work_out(day)
        return found

    def arrivals(self, day: Day) -> tuple[Arriving, ...]:
        """Services that arrive in a day, without working out the day."""
        carriers = self.ordinary.carriers
        return tuple(s for c in carriers for s in arriving(c, day, self.seed, self.script))

    def _work_out(self, day: Day) -> WorldDay:
        carriers = self.ordinary.carriers
        hub = hub_day(
            day,
            self.site,
            self.ordinary,
            arrivals={c.place: arriving(c, day, self.seed, self.script) for c in carriers},
            departures={c.place: departing(c, day, self.seed) for c in carriers},
            supply=self._supply.persons_per_min,
            ended=self._supply.ended,
        )
        checks = checking(self.ordinary.checks, self._lanes, hub.crowds, day, self.script)
        return WorldDay(hub, checks)

    # -- people ----------------------------------------------------------------------------

    def persons(self, place: str, at_ms: int) -> float:
        """Persons at a place, as cameras that miss nobody would count them."""
        hub = self.day(at_ms).hub
        minute = hub.minute(at_ms)
        view = self._views[place]
        if view.mode:
            way = hub.ways[place]
            persons = at(way.waiting, minute) + at(way.boarded, minute) * view.share
        elif view.crowd:
            persons = hub.crowds[view.crowd].inside(minute) * view.share
        else:
            persons = 0.0
        persons *= self.script.value("crowd", place, at_ms, 1.0)
        drift = self._drifts[place].drift(at_ms / DRIFT_MS)
        return max(0.0, persons * (1.0 + CROWD_DRIFT * drift))

    def inside(self, place: str, at_ms: int) -> float | None:
        """Persons inside by the balance of a place's gates; None where doors count one way."""
        view = self._views[place]
        if view.door or not view.crowd:
            return None
        hub = self.day(at_ms).hub
        return hub.crowds[view.crowd].inside(hub.minute(at_ms)) * view.share

    def passages(self, place: str, from_ms: int, to_ms: int, offset: float) -> tuple[int, int]:
        """Whole persons in and out by one of the place's gates. Over any spans that join, the
        numbers add up; `offset`, 0..1, tells one gate's rounding from another's."""
        view = self._views[place]
        gates = self._gates[place]
        if view.door:
            gates = sum(n for p, n in self._gates.items() if matches(p, view.door.places))
            shares = (view.door.entered / gates, view.door.left / gates)
        else:
            shares = (view.share / gates, view.share / gates)
        return (
            self._passed(view, 0, shares[0], from_ms, to_ms, offset),
            self._passed(view, 1, shares[1], from_ms, to_ms, offset),
        )

    def _passed(
        self, view: View, way: int, share: float, from_ms: int, to_ms: int, offset: float
    ) -> int:
        """Persons of the crowd's running totals between two instants, also across midnight."""
        passed = 0
        while True:
            hub = self.day(from_ms).hub
            series = view.totals(hub.crowds[view.crowd])[way]
            until_ms = min(to_ms, hub.day.end_ms)
            first, last = (
                at(series, hub.minute(ms)) * share + offset for ms in (from_ms, until_ms)
            )
            passed += int(last) - int(first)
            if until_ms == to_ms:
                return passed
            from_ms = until_ms

    # -- vehicles --------------------------------------------------------------------------

    def boarded_per_min(self, place: str, at_ms: int) -> float | None:
        """Persons a way onward takes away; None where a place is none."""
        hub = self.day(at_ms).hub
        way = hub.ways.get(place)
        return at(way.boarded, hub.minute(at_ms)) if way else None

    def parked(self, place: str, at_ms: int) -> Parked:
        row, fill = self._parks[place]
        capacity = self.site.places[place].capacity or 0
        hour = self.days.at(at_ms).hour(at_ms)
        change = (fill.at(hour + 0.05) - fill.at(hour - 0.05)) * 10.0
        each_way = row.turnover_per_hour * capacity / 60
        return Parked(
            vehicles=capacity * fill.at(hour),
            entered_per_min=each_way + max(0.0, change) * capacity / 60,
            left_per_min=each_way + max(0.0, -change) * capacity / 60,
        )

    # -- what is known ---------------------------------------------------------------------

    def knows(self, kind: str, place: str) -> bool:
        """Whether the ordinary day says what a sensor of that kind sees at a place."""
        view = self._views[place]
        known = {
            "crowd_count": bool(view.crowd or view.mode),
            "gate_count": bool(view.crowd),
            "road_flow": place in self.traffic,
            "security_lane": any(matches(place, row.places) for row in self.ordinary.checks),
            "transit_service": place in self.lines,
            "rank_service": place in self.ranks,
            "parking_count": place in self._parks,
            "energy_meter": place in self.energy,
        }
        return known.get(kind, True)


def _sources_by_place(site: Site, kind: str) -> Mapping[str, int]:
    feeds = {feed.key for feed in site.feeds.values() if feed.kind == kind}
    return Counter(source.place for source in site.sources.values() if source.feed in feeds)
