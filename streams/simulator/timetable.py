"""The long-distance services of a day: when they come, how late, with how many passengers."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from itertools import accumulate
from math import log

from streams.simulator.day import MINUTE_MS, Day
from streams.simulator.noise import Noise
from streams.simulator.ordinary import Carrier, Curve
from streams.simulator.script import Script
from streams.simulator.shape import apportion, daily

GRID_MINUTES = 5
LOAD_SPREAD = 0.18
SLACK_SHARE = 0.4
"""timetables hold some slack: a service can be this much of its mean delay early"""
LEAVE_BOARD_MS = 15 * MINUTE_MS
EARLIEST_HOUR, LATEST_HOUR = 3.0, 27.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Arriving:
    """One service that arrives. Times are Unix ms; `known_late_ms`: when its delay is known."""

    service: str
    carrier: Carrier
    scheduled_ms: int
    actual_ms: int
    known_late_ms: int
    passengers: int
    declared: bool

    @property
    def leaves_board_ms(self) -> int:
        """Until when the timetable system tells of it."""
        return self.actual_ms + LEAVE_BOARD_MS

    @property
    def left_ms(self) -> int:
        """When it left where it comes from: from then on it is under way."""
        return self.actual_ms - round(self.carrier.travel_minutes * MINUTE_MS)


@dataclass(frozen=True, slots=True)
class Departing:
    at_ms: int
    passengers: int


def arriving(carrier: Carrier, day: Day, seed: int, script: Script) -> tuple[Arriving, ...]:
    """Arrivals of a day in the order of the timetable; the passengers add up to the day's."""
    noise = Noise(seed, f"arriving|{carrier.place}|{day.date}")
    times = _times(carrier.arrivals, carrier.services, day, noise)
    passengers = _passengers(carrier, carrier.arriving, noise)
    services = []
    for index, (scheduled_ms, persons) in enumerate(zip(times, passengers, strict=True)):
        waited = -log(1.0 - noise.uniform(4 * index)) - SLACK_SHARE
        actual_ms = scheduled_ms + round(carrier.delay_minutes * waited * MINUTE_MS)
        prefix = carrier.prefixes[index % len(carrier.prefixes)]
        services.append(
            Arriving(
                service=f"{prefix}{1001 + 2 * index}",
                carrier=carrier,
                scheduled_ms=scheduled_ms,
                actual_ms=actual_ms,
                known_late_ms=actual_ms - round(carrier.travel_minutes * MINUTE_MS),
                passengers=persons,
                declared=noise.uniform(4 * index + 1) < carrier.declared_share,
            )
        )
    return _held(tuple(services), carrier, script)


def departing(carrier: Carrier, day: Day, seed: int) -> tuple[Departing, ...]:
    """Departures of a day; the passengers add up to the day's."""
    noise = Noise(seed, f"departing|{carrier.place}|{day.date}")
    times = _times(carrier.departures, carrier.services, day, noise)
    passengers = _passengers(carrier, carrier.departing, noise)
    return tuple(Departing(at, persons) for at, persons in zip(times, passengers, strict=True))


def _times(curve: Curve, count: int, day: Day, noise: Noise) -> list[int]:
    """Instants spread like the curve, on whole timetable minutes."""
    shape = daily(curve)
    cells = round((LATEST_HOUR - EARLIEST_HOUR) * 60 / GRID_MINUTES)
    hours = [EARLIEST_HOUR + (cell + 0.5) * GRID_MINUTES / 60 for cell in range(cells)]
    reached = list(accumulate(max(0.0, shape.at(hour)) for hour in hours))
    times = []
    for index in range(count):
        wanted = (index + noise.uniform(4 * index + 2)) / count * reached[-1]
        cell = min(bisect_left(reached, wanted), cells - 1)
        hour = hours[cell] + (noise.uniform(4 * index + 3) - 0.5) * GRID_MINUTES / 60
        times.append(day.at(hour) // MINUTE_MS * MINUTE_MS)
    return times


def _passengers(carrier: Carrier, total: int, noise: Noise) -> list[int]:
    weights = [1.0 + LOAD_SPREAD * noise.spread(-index - 1) for index in range(carrier.services)]
    return [min(persons, carrier.capacity_persons) for persons in apportion(total, weights)]


def _held(services: tuple[Arriving, ...], carrier: Carrier, script: Script) -> tuple[Arriving, ...]:
    """The same services, those that are held arriving evenly over the span they are held to."""
    for hold in script.holds(carrier.place):
        first, last = (script.at_ms(clock) for clock in hold.scheduled)
        held = [s for s in services if first <= s.scheduled_ms < last]
        begin, end = (script.at_ms(clock) for clock in hold.arriving)
        later = {
            service.service: replace(
                service,
                actual_ms=begin + round((end - begin) * (index + 0.5) / len(held)),
                known_late_ms=script.at_ms(hold.announced),
            )
            for index, service in enumerate(held)
        }
        services = tuple(later.get(s.service, s) for s in services)
    return services
