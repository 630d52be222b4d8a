"""How passengers move through the hub in one day, minute by minute.

One model for all feeds: services bring and take passengers, exit and early-arrival delays spread
them over the minutes, shares send them to the ways onward, and a way onward that cannot take them
all has a queue. Cameras, gates, ranks, security lanes and platforms all look at this one crowd.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from streams.simulator.crowd import Crowd, Flow, Series, Way, add, ahead_of, delayed, later
from streams.simulator.day import MINUTE_MS, Day
from streams.simulator.names import matches
from streams.simulator.ordinary import Carrier, Onward, Ordinary
from streams.simulator.shape import daily, kernel
from streams.simulator.timetable import Arriving, Departing
from streams.site.model import Site

Supply = Callable[[str, int], float | None]
"""(mode's place, Unix ms) → persons a minute it can take; None: as many as come, 0 also: ended"""
Ended = Callable[[str, int], bool]

ARRIVING, DEPARTING = ":arriving", ":departing"
"""what is added to a carrier's place for the part of its crowd that has come by it, or will go"""


@dataclass(slots=True)
class HubDay:
    """The finished day."""

    day: Day
    crowds: dict[str, Crowd] = field(default_factory=dict)
    """by carrier and its parts, by cell of the ways onward, by passage, by visited place"""
    ways: dict[str, Way] = field(default_factory=dict)
    passengers: dict[str, float] = field(default_factory=dict)
    """by mode: everyone who came or went by it"""

    def minute(self, at_ms: float) -> float:
        return (at_ms - self.day.start_ms) / MINUTE_MS


def hub_day(
    day: Day,
    site: Site,
    ordinary: Ordinary,
    *,
    arrivals: dict[str, tuple[Arriving, ...]],
    departures: dict[str, tuple[Departing, ...]],
    supply: Supply,
    ended: Ended,
) -> HubDay:
    """Runs one day from an empty hub to an empty hub."""
    model = _Model(day, site, ordinary)
    for carrier in ordinary.carriers:
        model.carry(carrier, arrivals[carrier.place], departures[carrier.place])
    model.commute(ordinary.commuters)
    model.go_on(supply, ended)
    model.cross()
    model.visit()
    return HubDay(
        day=day,
        crowds={place: flow.total() for place, flow in model.flows.items()},
        ways=model.ways,
        passengers=model.passengers,
    )


class _Model:
    def __init__(self, day: Day, site: Site, ordinary: Ordinary) -> None:
        self.day = day
        self.site = site
        self.ordinary = ordinary
        self.minutes = day.minutes
        self.flows: dict[str, Flow] = {}
        self.ways: dict[str, Way] = {}
        self.passengers: dict[str, float] = {}
        self._wanted: dict[str, Series] = {m.place: self._empty() for m in ordinary.onward}
        self._brought: dict[str, Series] = {m.place: self._empty() for m in ordinary.onward}
        self._crossing = self._empty()

    def _empty(self) -> Series:
        return [0.0] * self.minutes

    def _flow(self, place: str) -> Flow:
        if place not in self.flows:
            self.flows[place] = Flow(self.minutes)
        return self.flows[place]

    def _minute(self, at_ms: float) -> int:
        return min(max(int((at_ms - self.day.start_ms) // MINUTE_MS), 0), self.minutes - 1)

    def carry(
        self, carrier: Carrier, arrivals: Iterable[Arriving], departures: Iterable[Departing]
    ) -> None:
        """Lets a carrier's passengers get off and come out, come in and get on."""
        off, come, board = self._empty(), self._empty(), self._empty()
        for service in arrivals:
            off[self._minute(service.actual_ms)] += service.passengers
        early = kernel(carrier.early_minutes)
        for departure in departures:
            minute = self._minute(departure.at_ms)
            board[max(0, minute - round(carrier.board_minutes))] += departure.passengers
            for ahead, share in enumerate(early):
                come[max(0, minute - ahead)] += departure.passengers * share
        out = delayed(off, kernel(carrier.exit_minutes))
        for part in (carrier.place, f"{carrier.place}{ARRIVING}"):
            self._flow(part).come(off, walking=False)
            self._flow(part).go(out, walking=True)
        for part in (carrier.place, f"{carrier.place}{DEPARTING}"):
            self._flow(part).come(come, walking=True)
            self._flow(part).go(board, walking=False)
        add(self._crossing, out)
        add(self._crossing, come)
        self._count(carrier.mode, sum(off) + sum(come))
        for mode in self.ordinary.onward:
            share = self.ordinary.share(carrier, mode)
            if share:
                walk = kernel(mode.walk_minutes)
                add(self._wanted[mode.place], delayed(out, walk), share)
                add(self._brought[mode.place], ahead_of(come, walk), share)

    def commute(self, commuters: int) -> None:
        """Metro passengers of the district itself: one half comes while another goes."""
        shape = daily(self.ordinary.commute)
        weights = [shape.at(self.day.hour(self._instant(m))) for m in range(self.minutes)]
        scale = commuters / 2 / sum(weights)
        lines = [m for m in self.ordinary.onward if m.kind == "metro"]
        for mode in lines:
            series = [weight * scale / len(lines) for weight in weights]
            add(self._wanted[mode.place], series)
            add(self._brought[mode.place], series)

    def go_on(self, supply: Supply, ended: Ended) -> None:
        """Lets the ways onward take whom they can; the others wait, or go elsewhere at the end."""
        modes = self.ordinary.onward
        waits = {m.place: 0.0 for m in modes}
        ready = {m.place: later(self._wanted[m.place], m.dwell_minutes) for m in modes}
        ways = {
            m.place: Way(self._wanted[m.place], self._empty(), self._empty(), self._empty())
            for m in modes
        }
        for minute in range(self.minutes):
            at_ms = self._instant(minute)
            for mode in modes:
                if ended(mode.place, at_ms):
                    self._divert(mode.place, minute, waits, ready, ways, at_ms, ended)
            for mode in modes:
                waiting = waits[mode.place] + ready[mode.place][minute]
                room = supply(mode.place, at_ms)
                taken = waiting if room is None else min(waiting, room)
                waits[mode.place] = waiting - taken
                ways[mode.place].boarded[minute] = taken
                ways[mode.place].waiting[minute] = waits[mode.place]
        self.ways = ways
        for mode in modes:
            self._settle(mode, ways[mode.place])

    def _divert(
        self,
        place: str,
        minute: int,
        waits: dict[str, float],
        ready: dict[str, Series],
        ways: dict[str, Way],
        at_ms: int,
        ended: Ended,
    ) -> None:
        """Who finds a mode ended tries the others at once; who waited for it comes along."""
        persons = waits[place] + ready[place][minute]
        if not persons:
            return
        open_ = {
            other: share
            for other, share in self.ordinary.diversion.items()
            if other != place and not ended(other, at_ms)
        }
        total = sum(open_.values())
        if not total:
            return
        waits[place] = ready[place][minute] = 0.0
        ways[place].diverted[minute] = persons
        for other, share in open_.items():
            ready[other][minute] += persons * share / total
            ways[other].wanted[minute] += persons * share / total

    def _settle(self, mode: Onward, way: Way) -> None:
        """Persons at the facility of a mode: who waits there, and who has just come by it."""
        brought = self._brought[mode.place]
        flow = self._flow(self.site.places[mode.place].cell)
        flow.come(way.wanted, walking=True)
        flow.come(brought, walking=False)
        flow.go(way.boarded, walking=False)
        flow.go(way.diverted, walking=True)
        flow.go(later(brought, mode.dwell_minutes), walking=True)
        self._count(mode.kind, sum(way.boarded) + sum(brought))

    def cross(self) -> None:
        """Places people only cross on their way."""
        for passage in self.ordinary.passages:
            flow = self._flow(passage.place)
            gone = later(self._crossing, passage.dwell_minutes)
            flow.come(self._crossing, walking=True, share=passage.share)
            flow.go(gone, walking=True, share=passage.share)

    def visit(self) -> None:
        """People elsewhere: as many as the curve says, each for a while."""
        for visitors in self.ordinary.visitors:
            shape = daily(visitors.fill)
            fill = [
                max(0.0, shape.at(self.day.hour(self._instant(m)))) for m in range(self.minutes + 1)
            ]
            # the day begins and ends empty, as the hub does
            fill[0] = fill[-1] = 0.0
            for place in self.site.places.values():
                if place.capacity and matches(place.key, visitors.places):
                    self._visit(
                        place.key, [f * place.capacity for f in fill], visitors.stay_minutes
                    )

    def _visit(self, place: str, inside: Series, stay_minutes: float) -> None:
        come, go = self._empty(), self._empty()
        for minute in range(self.minutes):
            change = inside[minute + 1] - inside[minute]
            come[minute] = inside[minute] / stay_minutes + max(0.0, change)
            go[minute] = inside[minute] / stay_minutes + max(0.0, -change)
        flow = self._flow(place)
        flow.come(come, walking=True)
        flow.go(go, walking=True)

    def _instant(self, minute: int) -> int:
        return self.day.start_ms + minute * MINUTE_MS

    def _count(self, mode: str, persons: float) -> None:
        self.passengers[mode] = self.passengers.get(mode, 0.0) + persons
