"""The model's day: from one night's standstill to the next, in the site's own time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

BEGINS_HOUR = 3
"""local hour at which the hub is empty: after the last arrivals, before the first departures"""
MINUTE_MS = 60_000
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Day:
    """From `start_ms` to before `end_ms`, Unix ms; 23 or 25 h where clocks are changed."""

    date: date
    zone: ZoneInfo
    start_ms: int
    end_ms: int

    @property
    def minutes(self) -> int:
        return (self.end_ms - self.start_ms) // MINUTE_MS

    def hour(self, at_ms: float) -> float:
        """Hours since the midnight the day began with: 3.0 at its start, about 27.0 at its end."""
        return BEGINS_HOUR + (at_ms - self.start_ms) / HOUR_MS

    def at(self, hour: float) -> int:
        """Inverse of `hour`: Unix ms."""
        return self.start_ms + round((hour - BEGINS_HOUR) * HOUR_MS)

    @property
    def next(self) -> Day:
        return day_of(self.date + timedelta(days=1), self.zone)

    @property
    def before(self) -> Day:
        return day_of(self.date - timedelta(days=1), self.zone)


def day_of(named: date, zone: ZoneInfo) -> Day:
    """The day that begins in the small hours of that date."""
    start, end = (_begin(named + timedelta(days=ahead), zone) for ahead in (0, 1))
    return Day(named, zone, start, end)


def day_at(at_ms: float, zone: ZoneInfo) -> Day:
    """The day an instant belongs to."""
    local = datetime.fromtimestamp(at_ms / 1000, zone)
    day = day_of(local.date(), zone)
    return day if at_ms >= day.start_ms else day.before


def _begin(named: date, zone: ZoneInfo) -> int:
    local = datetime(named.year, named.month, named.day, BEGINS_HOUR, tzinfo=zone)
    return round(local.timestamp()) * 1000


class DayBook:
    """Finds the day of an instant; quick while instants stay within a day or two."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._recent: list[Day] = []

    def at(self, at_ms: float) -> Day:
        for day in self._recent:
            if day.start_ms <= at_ms < day.end_ms:
                return day
        found = day_at(at_ms, self.zone)
        self._recent = [found, *self._recent[:1]]
        return found
