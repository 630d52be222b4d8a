"""Local time of the site: hour, kind of day, and when a mode runs."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from streams.hub.balance import STEP_MS, STEPS
from streams.hub.settings import Service
from streams.site.model import Site

DAY_MINUTES = 1440
MS_A_MINUTE = 60_000
ORDINARY_DAYS = ("workday", "workday", "workday", "workday", "workday", "weekend", "weekend")


def local(site: Site, at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(site.timezone))


def day_type(site: Site, at_ms: int) -> str:
    """The calendar's word for the day; workday or weekend where it says nothing."""
    day = local(site, at_ms)
    return site.days.get(day.date().isoformat()) or ORDINARY_DAYS[day.weekday()]


def windows(
    site: Site, service: Service | None, last_departure_ms: int | None, now_ms: int
) -> tuple[tuple[float, float], ...]:
    """Spans (from, to) in Unix ms in which a mode runs: yesterday's service to tomorrow's.

    A reported last departure ends the service it lies in; without declared hours it ends the mode
    until another one is reported.
    """
    if service is None:
        return ((float("-inf"), last_departure_ms or float("inf")),)
    now = local(site, now_ms)
    midnight_ms = now_ms - (now.hour * 60 + now.minute) * MS_A_MINUTE - now_ms % MS_A_MINUTE
    spans = []
    for day in (-1, 0, 1):
        first_ms = midnight_ms + (day * DAY_MINUTES + service.first_minute) * MS_A_MINUTE
        last_ms = first_ms + service.minutes * MS_A_MINUTE
        within = first_ms <= (last_departure_ms or 0) < first_ms + DAY_MINUTES * MS_A_MINUTE
        spans.append((first_ms, last_departure_ms if within and last_departure_ms else last_ms))
    return tuple(spans)


def open_shares(spans: tuple[tuple[float, float], ...], now_ms: int) -> tuple[float, ...]:
    """Share of each step from `now_ms` on that lies inside the spans."""
    shares = []
    for step in range(STEPS):
        start = now_ms + step * STEP_MS
        inside = sum(
            max(0.0, min(start + STEP_MS, last) - max(start, first)) for first, last in spans
        )
        shares.append(min(1.0, inside / STEP_MS))
    return tuple(shares)
