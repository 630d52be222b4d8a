"""What each kind of sensor says of the world: one function a record kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from streams.simulator.checks import REJECTED_SHARE, lane
from streams.simulator.noise import Noise
from streams.simulator.water import PUMPED_WELL_CM
from streams.simulator.world import World
from streams.site.model import Source

Fields = dict[str, object]

RECOUNT_MS = 300_000
"""how often the counting system of a place's gates recounts who is inside"""
LONGEST_INTERVAL_SECONDS = 3600.0
STAFF_IN_VIEW = 4.0
"""at most so many guards and cleaners before a camera, day and night"""
UPTIME_SPREAD_SECONDS = 4_000_000
CHARGE_SPREAD = 0.35


class Turn(NamedTuple):
    """One turn of a sensor: its number, the instant it looks, the instant it looked before."""

    step: int
    observed_ms: int
    since_ms: int

    @property
    def seconds(self) -> float:
        return (self.observed_ms - self.since_ms) / 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """A sensor; `index` of `peers` sensors of its kind at its place."""

    world: World
    source: Source
    index: int
    peers: int
    noise: Noise

    @property
    def place(self) -> str:
        return self.source.place

    def spread(self, turn: Turn, share: float) -> float:
        """A factor near 1: the sensor's own error."""
        return 1.0 + share * self.noise.spread(turn.step)


def crowd_count(i: Instrument, turn: Turn) -> Fields:
    persons = i.world.persons(i.place, turn.observed_ms) / i.peers
    staff = STAFF_IN_VIEW * i.noise.uniform(~turn.step)
    return {
        "count": round(persons * i.spread(turn, 0.06) + staff),
        "confidence_ratio": round(0.9 + 0.06 * i.noise.spread(turn.step), 2),
    }


def gate_count(i: Instrument, turn: Turn) -> Fields:
    offset = i.noise.uniform(0)
    entered, left = i.world.passages(i.place, turn.since_ms, turn.observed_ms, offset)
    fields: Fields = {
        "entered": entered,
        "left": left,
        "interval_seconds": min(turn.seconds, LONGEST_INTERVAL_SECONDS),
    }
    recounts = turn.observed_ms // RECOUNT_MS > turn.since_ms // RECOUNT_MS
    if i.index == 0 and recounts:
        inside = i.world.inside(i.place, turn.observed_ms)
        if inside is not None:
            fields["inside_persons"] = max(0, round(inside))
    return fields


def road_flow(i: Instrument, turn: Turn) -> Fields:
    passing = i.world.traffic.passing(i.place, turn.observed_ms)
    return {
        "speed_kmh": round(passing.speed_kmh * i.spread(turn, 0.04), 1),
        "flow_veh_h": round(passing.flow_veh_h * i.spread(turn, 0.08), 0),
        "occupancy_ratio": round(passing.occupancy_ratio, 3),
    }


def security_lane(i: Instrument, turn: Turn) -> Fields:
    day = i.world.day(turn.observed_ms)
    shown = lane(day.checks[i.place], i.index, day.hub.minute(turn.observed_ms))
    passed = shown.passed_per_min * i.spread(turn, 0.08)
    return {
        "open": shown.open,
        "queue_persons": round(shown.queue_persons * i.spread(turn, 0.1)),
        "passed_per_min": round(passed, 2),
        "rejected_per_min": round(passed * REJECTED_SHARE, 2),
    }


def transit_service(i: Instrument, turn: Turn) -> Fields:
    lines = i.world.lines
    running = lines.running(i.place, turn.observed_ms)
    attributes = i.world.site.places[i.place].attributes
    return {
        "line": f"{attributes['line']:g}",
        "direction": str(attributes["direction"]),
        "headway_seconds": round(running.headway_seconds * i.spread(turn, 0.05), 0),
        "scheduled_headway_seconds": round(running.scheduled_headway_seconds, 0),
        "load_ratio": round(running.load_ratio * i.spread(turn, 0.05), 3),
        "train_capacity_persons": lines.capacity_persons(i.place),
        "last_departure_ms": running.last_ms,
    }


def rank_service(i: Instrument, turn: Turn) -> Fields:
    rank = i.world.ranks.row(i.place)
    to_be_had = i.world.ranks.vehicles_per_min(i.place, turn.observed_ms)
    boarded = i.world.boarded_per_min(i.place, turn.observed_ms)
    leaving = to_be_had if boarded is None else boarded / rank.persons_per_vehicle
    idle = max(0.0, 1.0 - leaving / to_be_had) if to_be_had else 0.0
    return {
        "mode": rank.mode,
        "vehicles_per_min": round(leaving * i.spread(turn, 0.06), 2),
        "persons_per_vehicle": rank.persons_per_vehicle,
        "waiting_persons": round(i.world.persons(i.place, turn.observed_ms)),
        "waiting_vehicles": round(rank.holding_vehicles * idle),
        "bays": round(i.world.site.places[i.place].number("bays") or 0),
    }


def parking_count(i: Instrument, turn: Turn) -> Fields:
    parked = i.world.parked(i.place, turn.observed_ms)
    return {
        "occupied": round(parked.vehicles * i.spread(turn, 0.004)),
        "entered_per_min": round(parked.entered_per_min * i.spread(turn, 0.3), 1),
        "left_per_min": round(parked.left_per_min * i.spread(turn, 0.3), 1),
    }


def rain_gauge(i: Instrument, turn: Turn) -> Fields:
    fallen = i.world.water.rain_mm(i.place, turn.since_ms, turn.observed_ms)
    return {
        "rain_mm": round(fallen * i.spread(turn, 0.05), 2),
        "interval_seconds": min(turn.seconds, LONGEST_INTERVAL_SECONDS),
    }


def water_level(i: Instrument, turn: Turn) -> Fields:
    water = i.world.water
    if i.world.site.places[i.place].kind == "pumping_station":
        depth = water.well_cm(i.place, turn.observed_ms)
        runs = depth > PUMPED_WELL_CM
    else:
        depth = water.ponding_cm(i.place, turn.observed_ms)
        runs = water.pump_runs(i.place, turn.observed_ms)
    ripple = 0.2 * i.noise.spread(turn.step) if depth > 1.0 else 0.0
    return {"depth_cm": round(max(0.0, depth + ripple), 1), "pump_running": runs}


def energy_meter(i: Instrument, turn: Turn) -> Fields:
    energy = i.world.energy
    return {
        "energy_kwh": round(energy.energy_kwh(i.place, turn.observed_ms) / i.peers, 2),
        "power_kw": round(
            energy.power_kw(i.place, turn.observed_ms) / i.peers * i.spread(turn, 0.03), 1
        ),
    }


def device_heartbeat(i: Instrument, turn: Turn) -> Fields:
    age = turn.observed_ms / 1000 % UPTIME_SPREAD_SECONDS
    started = i.noise.uniform(-1) * UPTIME_SPREAD_SECONDS
    return {
        "battery_ratio": round(1.0 - CHARGE_SPREAD * i.noise.uniform(-2), 2),
        "uptime_seconds": round((age + started) % UPTIME_SPREAD_SECONDS, 0),
    }


INSTRUMENTS: Mapping[str, Callable[[Instrument, Turn], Fields]] = {
    function.__name__: function
    for function in (
        crowd_count,
        gate_count,
        road_flow,
        security_lane,
        transit_service,
        rank_service,
        parking_count,
        rain_gauge,
        water_level,
        energy_meter,
        device_heartbeat,
    )
}
"""Kinds with a cadence; the others are told by `bulletins`."""
