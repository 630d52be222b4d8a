"""The crowd behind all feeds: how many in a day, when, and that nobody is lost."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise, takewhile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.simulator.crowd import ahead_of, delayed
from streams.simulator.day import Day
from streams.simulator.passengers import HubDay
from streams.simulator.scenario import Scenario
from streams.simulator.shape import apportion, kernel
from streams.simulator.simulation import Simulation
from tests.simulator.conftest import NewSimulation

PLANNED = 1_033_000
"""passengers a day in the 13th five-year period, the hub's own count"""


@pytest.fixture(scope="module")
def plain(new_simulation: NewSimulation, working_day: Scenario) -> Simulation:
    return new_simulation(working_day, seed=1)


@pytest.fixture(scope="module")
def hub(plain: Simulation) -> HubDay:
    return plain.world.day(plain.start_ms).hub


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_working_day_has_the_planned_passengers(
    new_simulation: NewSimulation, working_day: Scenario, seed: int
) -> None:
    world = new_simulation(working_day, seed=seed).world
    hub = world.day(working_day.start_ms).hub
    assert sum(hub.passengers.values()) == pytest.approx(PLANNED, rel=0.03)
    services = [s.passengers for s in world.arrivals(hub.day) if s.carrier.mode == "air"]
    assert sum(services) == pytest.approx(62_500, rel=0.01)


def test_the_hub_is_empty_at_night_and_nobody_is_missing(hub: HubDay) -> None:
    for crowd in hub.crowds.values():
        inside = [a - b for a, b in zip(crowd.entered, crowd.left, strict=True)]
        assert min(inside) > -1e-6
        assert inside[-1] == pytest.approx(0.0, abs=1e-6)


def test_whoever_wants_a_way_onward_boards_it_or_goes_elsewhere(hub: HubDay) -> None:
    for way in hub.ways.values():
        assert sum(way.wanted) == pytest.approx(sum(way.boarded) + sum(way.diverted))


def test_gates_of_a_day_balance(plain: Simulation) -> None:
    """From the records themselves: what each place's gates let in, they let out again."""
    day = plain.world.days.at(plain.start_ms).next
    places = ("hub.t2", "hub.rail", "necc.h1", "hub.coach")
    balance: defaultdict[str, int] = defaultdict(int)
    passed: defaultdict[str, int] = defaultdict(int)
    for place in places:
        for station in plain.stations_at("gate_count", place):
            sent = takewhile(lambda e: e.at_ms < day.end_ms, station.emissions(day.start_ms))
            for emission in sent:
                if emission.payload is None:
                    said = vars(emission.record)
                    balance[place] += said["entered"] - said["left"]
                    passed[place] += said["entered"]
    for place in places:
        gates = len(plain.stations_at("gate_count", place))
        assert passed[place] > 5_000
        assert abs(balance[place]) <= 2 * gates


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def test_the_day_has_its_shape(plain: Simulation, hub: HubDay) -> None:
    day: Day = hub.day

    def persons(place: str, hour: float) -> float:
        return _mean([plain.world.persons(place, day.at(hour + k / 10)) for k in range(5)])

    def speed(hour: float) -> float:
        return plain.world.traffic.passing("road.s20.k01", day.at(hour)).speed_kmh

    assert persons("hub.rail.waiting_north", 8) > 5 * persons("hub.rail.waiting_north", 22)
    assert persons("hub.t2.waiting_north", 7.5) > 20 * persons("hub.t2.waiting_north", 26)
    assert persons("necc.h1", 13) > 3_000
    assert persons("necc.h1", 20) < 1
    assert speed(8.3) < 0.75 * speed(4)
    assert plain.world.parked("hub.parking.p6", day.at(14)).vehicles < 1_500
    assert plain.world.energy.power_kw("necc", day.at(13)) > 3 * plain.world.energy.power_kw(
        "necc", day.at(23)
    )


def test_after_the_last_metro_its_passengers_look_for_others(hub: HubDay) -> None:
    line, night_bus = hub.ways["hub.metro.l2.east"], hub.ways["hub.bus.night"]
    last = int(hub.minute(hub.day.at(23.0)))
    assert sum(line.boarded[last + 1 : last + 120]) == 0
    assert sum(line.diverted[last + 1 : last + 120]) > 100
    assert sum(night_bus.boarded[last:]) > 100


@given(
    st.lists(st.floats(0, 500), min_size=30, max_size=60),
    st.tuples(st.integers(0, 5), st.integers(5, 9), st.integers(9, 20)),
)
@settings(deadline=None)
def test_delays_lose_nobody(series: list[float], minutes: tuple[int, int, int]) -> None:
    shares = kernel(minutes)
    assert sum(shares) == pytest.approx(1.0)
    assert sum(delayed(series, shares)) == pytest.approx(sum(series))
    assert sum(ahead_of(series, shares)) == pytest.approx(sum(series))


@given(st.integers(0, 200_000), st.lists(st.floats(0.1, 5), min_size=1, max_size=300))
def test_passengers_are_shared_out_whole(total: int, weights: list[float]) -> None:
    parts = apportion(total, weights)
    assert sum(parts) == total
    assert min(parts) >= 0


def test_energy_counters_add_up_the_power(plain: Simulation) -> None:
    start_ms = plain.start_ms
    instants = [start_ms + k * 60_000 for k in range(36 * 60)]
    energy = plain.world.energy
    drawn = sum(
        (energy.power_kw("hub.t2", a) + energy.power_kw("hub.t2", b)) / 2 / 60
        for a, b in pairwise(instants)
    )
    risen = energy.energy_kwh("hub.t2", instants[-1]) - energy.energy_kwh("hub.t2", instants[0])
    assert risen == pytest.approx(drawn, rel=0.005)
