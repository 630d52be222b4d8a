"""A synthetic site: every message its departments send, in the order they send them."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from itertools import takewhile
from operator import attrgetter

from schemas.emission import Emission
from streams.simulator.bulletins import Board, emergencies, warnings
from streams.simulator.ordinary import Ordinary
from streams.simulator.scenario import Scenario
from streams.simulator.station import stations
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
        start_ms, world = self.start_ms, self.world
        streams = [station.emissions(start_ms) for station in self.stations]
        streams += [station.late_emissions(start_ms) for station in self.stations]
        streams += [board.emissions(start_ms) for board in self.boards()]
        streams.append(warnings(world, self.scenario, start_ms))
        streams.append(emergencies(world, self.scenario, start_ms))
        sent = merge(*streams, key=_by_time)
        end_ms = self.scenario.end_ms
        return sent if end_ms is None else takewhile(lambda e: e.at_ms < end_ms, sent)

    def boards(self) -> list[Board]:
        """Timetable systems: one for each place a feed of arrivals may speak of."""
        return [
            Board(self.world, feed, carrier.place)
            for feed in self.world.site.feeds.values()
            for carrier in self.world.ordinary.carriers
            if feed.kind == "arrival" and carrier.place in feed.places
        ]
