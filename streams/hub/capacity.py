"""What each mode can take away: measured where it runs, planned where it has yet to begin."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.value import Value
from streams.hub.balance import STEP_MINUTES, Supply
from streams.hub.calendar import MS_A_MINUTE, open_shares, windows
from streams.hub.readings import Readings
from streams.hub.settings import Lanes, Line, Mode, Rank, Timetable, Walkway, flow_key
from streams.site.model import Place, Site

STEP_SECONDS = STEP_MINUTES * 60
UNBOUNDED = float("inf")
LINE_MEASURES = (
    "transit.headway_seconds",
    "transit.load_ratio",
    "transit.train_capacity_persons",
    "transit.last_departure_ms",
)
RANK_MEASURES = ("rank.vehicles_per_min", "rank.persons_per_vehicle")


@dataclass(frozen=True, slots=True)
class Room:
    """Persons in 5 minutes of open service; `stock` persons' worth of vehicles stand ready."""

    rate: float
    most: float = UNBOUNDED
    stock: float = 0.0


Found = tuple[Room | None, tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class Offer:
    """A mode's room, None while unknown, and when it runs.

    `open` is the share of each step in which the mode runs, `inputs` what the room was read from,
    `reason` why it is unknown or suspect.
    """

    room: Room | None
    open: tuple[float, ...]
    minutes_to_last: float | None
    """until the mode ends, 0 while it does not run, None where it has no end"""
    inputs: tuple[Value, ...]
    reason: str

    def supply(self, factor: float = 1.0) -> Supply | None:
        """Persons in each step; `factor` below or above 1 for a cautious or a hopeful run."""
        if self.room is None:
            return None
        rate, most = self.room.rate * factor, self.room.most * factor
        return Supply(
            rate=tuple(rate * share for share in self.open),
            most=tuple(most * share if share else 0.0 for share in self.open),
            stock=self.room.stock * factor,
        )


def offer(mode: Mode, site: Site, readings: Readings, last_departure_ms: int | None) -> Offer:
    """What the mode offers from now on; `last_departure_ms` is the last one its line reported."""
    now_ms = readings.now_ms
    spans = windows(site, mode.service, last_departure_ms, now_ms)
    open_ = open_shares(spans, now_ms)
    end_ms = next((end for start, end in spans if start <= now_ms < end), None)
    room: Room | None = Room(0.0)
    inputs: tuple[Value, ...] = ()
    reason = ""
    if any(open_):
        if end_ms is None and mode.planned_per_5min is not None:
            room, reason = Room(mode.planned_per_5min), "planned"
        else:
            room, inputs = _room(mode, site, readings)
            reason = _reason(inputs)
    return Offer(
        room=room,
        open=open_,
        minutes_to_last=_minutes(end_ms, now_ms),
        inputs=inputs,
        reason=reason,
    )


def _minutes(end_ms: float | None, now_ms: int) -> float | None:
    if end_ms is None:
        return 0.0
    return None if end_ms == UNBOUNDED else (end_ms - now_ms) / MS_A_MINUTE


def _reason(inputs: tuple[Value, ...]) -> str:
    """The worst input: the first unknown one, else the first suspect one."""
    for status in ("unknown", "suspect"):
        for value in inputs:
            if value.status == status:
                return f"input:{value.measure}"
    return ""


def _room(mode: Mode, site: Site, readings: Readings) -> Found:
    """What the mode takes away while it runs, and the values that say so; none for a plan."""
    place = site.places[mode.place]
    match mode.capacity:
        case Line():
            return _line(mode, readings)
        case Rank() as rank:
            return _rank(rank, place, readings)
        case Lanes(vehicles_per_min_per_lane=each, persons_per_vehicle=persons):
            per_min = (place.number("exit_lanes") or 0.0) * each * persons
        case Walkway(level_of_service=grade):
            row = site.standard(flow_key(grade), readings.now_ms)
            if row is None:
                return None, ()
            per_min = (place.number("width_m") or 0.0) * row.value
        case Timetable(vehicles_per_hour=vehicles, seats=seats, free_ratio=free):
            per_min = vehicles * seats * free / 60
    return Room(per_min * STEP_MINUTES), ()


def _line(mode: Mode, readings: Readings) -> Found:
    """Trains × train capacity × (1 − load on arrival), the same until the last departure.

    Where no last departure is reported, the declared hours hold and the room is suspect.
    """
    inputs = tuple(readings.value(mode.place, measure) for measure in LINE_MEASURES)
    headway, load, capacity, _ = (value.value for value in inputs)
    if not headway or load is None or capacity is None:
        return None, inputs
    return Room(STEP_SECONDS / headway * capacity * max(0.0, 1.0 - load)), inputs


def _rank(rank: Rank, place: Place, readings: Readings) -> Found:
    """Vehicles × persons; those that stand ready may leave at once, as far as the bays allow.

    While vehicles wait for passengers, the rate at which they leave is that of the passengers:
    without the vehicles ready it would be taken for all the rank can do.
    """
    inputs = tuple(readings.value(place.key, measure) for measure in RANK_MEASURES)
    vehicles, persons = (value.value for value in inputs)
    if vehicles is None or persons is None:
        return None, inputs
    bays, each = place.number("bays"), rank.vehicles_per_min_per_bay
    most = bays * each * persons * STEP_MINUTES if bays and each else UNBOUNDED
    ready = readings.value(place.key, "rank.waiting_vehicles").value or 0.0
    return Room(vehicles * persons * STEP_MINUTES, most, ready * persons), inputs
