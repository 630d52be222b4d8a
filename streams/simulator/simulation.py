"""A synthetic site: every message its departments send, in the order they send them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from heapq import merge
from itertools import takewhile
from operator import attrgetter

from schemas.emission import Emission
from streams.simulator.bulletins import Board, emergencies, tests, warnings
from streams.simulator.ordinary import Ordinary
from streams.simulator.scenario import Scenario
from streams.simulator.station import Station, stations
from streams.simulator.world import World
from streams.site.model import Site

_by_time = attrgetter("at_ms")


class Simulation:
    """One run of a scenario.

    Everything follows from site, ordinary day, scenario and seed: two runs give the same bytes, and
    a run that starts at `start_ms` gives what another one gives from that instant on. All records
    are marked `simulated`.
    """

    def __init__(
        self,
        site: Site,
        ordinary: Ordinary,
        scenario: Scenario,
        *,
        seed: int = 1,
        start_ms: int | None = None,
    ) -> None:
        self.scenario = scenario
        self.seed = seed
        self.start_ms = scenario.start_ms if start_ms is None else start_ms
        self.world = World(site, ordinary, scenario, seed)
        self.stations = stations(self.world, scenario)

    def emissions(self) -> Iterator[Emission]:
        """Messages ordered by `at_ms`, until the scenario ends."""
        streams = [station.emissions(self.start_ms) for station in self.stations]
        sent = merge(*streams, self.bulletins(), key=_by_time)
        end_ms = self.scenario.end_ms
        return sent if end_ms is None else takewhile(lambda e: e.at_ms < end_ms, sent)

    def bulletins(self) -> Iterator[Emission]:
        """The messages that no sensor sends, ordered, without end."""
        start_ms, world = self.start_ms, self.world
        boards = [board.emissions(start_ms) for board in self._boards()]
        told = warnings(world, self.scenario, start_ms)
        reported = emergencies(world, self.scenario, start_ms)
        tested = tests(world, self.scenario, start_ms)
        return merge(*boards, told, reported, tested, key=_by_time)

    def stations_at(self, kind: str, place: str) -> tuple[Station, ...]:
        """The sensors of a record kind at a place."""
        return self._by_kind_and_place.get((kind, place), ())

    @cached_property
    def _by_kind_and_place(self) -> dict[tuple[str, str], tuple[Station, ...]]:
        found: dict[tuple[str, str], tuple[Station, ...]] = {}
        for station in self.stations:
            group = (station.feed.kind, station.place)
            found[group] = (*found.get(group, ()), station)
        return found

    def _boards(self) -> list[Board]:
        """Timetable systems: one for each place a feed of arrivals may speak of."""
        return [
            Board(self.world, feed, carrier.place, self.scenario.start_ms)
            for feed in self.world.site.feeds.values()
            for carrier in self.world.ordinary.carriers
            if feed.kind == "arrival" and carrier.place in feed.places
        ]
