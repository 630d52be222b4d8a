"""Metro lines and ranks: what takes people away, and how many of them a minute."""

from __future__ import annotations

from dataclasses import dataclass

from streams.simulator.day import DayBook
from streams.simulator.ordinary import Ordinary, Rank
from streams.simulator.script import Script
from streams.simulator.shape import daily
from streams.site.model import Site


@dataclass(frozen=True, slots=True)
class Running:
    """State of a line at an instant; `last_ms` is the last departure as announced by then."""

    headway_seconds: float
    scheduled_headway_seconds: float
    load_ratio: float
    last_ms: int
    open: bool


class Lines:
    """Metro lines by place."""

    def __init__(self, site: Site, ordinary: Ordinary, script: Script, days: DayBook) -> None:
        self._site = site
        self._script = script
        self._days = days
        self._rows = {row.place: row for row in ordinary.lines}
        self._headway = {row.place: daily(row.headway_seconds) for row in ordinary.lines}
        self._load = {row.place: daily(row.load_ratio) for row in ordinary.lines}

    def __contains__(self, place: str) -> bool:
        return place in self._rows

    def capacity_persons(self, place: str) -> int:
        return round(self._site.places[place].number("train_capacity_persons") or 0)

    def running(self, place: str, at_ms: int) -> Running:
        """Outside service hours trains run, so to speak, to the timetable, and nobody boards."""
        row, day = self._rows[place], self._days.at(at_ms)
        hour = day.hour(at_ms)
        scheduled = self._headway[place].at(hour)
        last_ms = self._script.last_departure(place, at_ms, day.at(_after_midnight(row.last)))
        open_ = day.at(row.first) <= at_ms < last_ms
        stretched = self._script.value("headway", place, at_ms, 1.0) if open_ else 1.0
        load = self._load[place].at(hour) + self._script.value("load", place, at_ms, 0.0)
        return Running(scheduled * stretched, scheduled, max(0.0, load), last_ms, open_)

    def persons_per_min(self, place: str, at_ms: int) -> float:
        now = self.running(place, at_ms)
        if not now.open:
            return 0.0
        free = self.capacity_persons(place) * max(0.0, 1.0 - now.load_ratio)
        return 60.0 / now.headway_seconds * free


class Ranks:
    """Ranks of taxis, ride-hail cars and buses by place."""

    def __init__(self, ordinary: Ordinary, script: Script, days: DayBook) -> None:
        self._script = script
        self._days = days
        self._rows = {row.place: row for row in ordinary.ranks}
        self._vehicles = {row.place: daily(row.vehicles_per_min) for row in ordinary.ranks}

    def __contains__(self, place: str) -> bool:
        return place in self._rows

    def row(self, place: str) -> Rank:
        return self._rows[place]

    def vehicles_per_min(self, place: str, at_ms: int) -> float:
        """Vehicles to be had."""
        ordinary = self._vehicles[place].at(self._days.at(at_ms).hour(at_ms))
        return ordinary * self._script.value("rank_supply", place, at_ms, 1.0)

    def persons_per_min(self, place: str, at_ms: int) -> float:
        return self.vehicles_per_min(place, at_ms) * self._rows[place].persons_per_vehicle


class Supply:
    """What each way onward can take at an instant."""

    def __init__(self, lines: Lines, ranks: Ranks) -> None:
        self._lines = lines
        self._ranks = ranks

    def persons_per_min(self, place: str, at_ms: int) -> float | None:
        """None where a way takes whoever comes."""
        if place in self._lines:
            return self._lines.persons_per_min(place, at_ms)
        return self._ranks.persons_per_min(place, at_ms) if place in self._ranks else None

    def ended(self, place: str, at_ms: int) -> bool:
        """Nothing goes there any more, or not yet."""
        return self.persons_per_min(place, at_ms) == 0.0


def _after_midnight(hour: float) -> float:
    """The hour counted from the midnight the operating day began with."""
    return hour if hour > 4 else hour + 24
