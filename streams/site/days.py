"""calendar.yaml: what kind of day it is, and when a source may be silent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path

from streams.site.entry import Entry, read_yaml
from streams.site.mistake import Mistake, one_of
from streams.site.model import DayType, Source
from streams.site.rows import CalendarFile, DaysRow, DayTypeRow, MaintenanceRow, check

LONGEST_SPAN = timedelta(days=400)
ORDINARY = ("workday", "weekend")
"""Day types of the days that are not listed."""


@dataclass(slots=True)
class Calendar:
    day_types: dict[str, DayType] = field(default_factory=dict)
    days: dict[str, str] = field(default_factory=dict)
    maintenance: list[tuple[Entry, MaintenanceRow]] = field(default_factory=list)


def read_calendar(path: Path, mistakes: list[Mistake]) -> Calendar:
    calendar = Calendar()
    file = read_yaml(path, mistakes)
    if check(file, CalendarFile, mistakes) is None:
        return calendar
    for key, entry in file.child("day_types").children():
        row = check(entry, DayTypeRow, mistakes)
        if row is not None:
            calendar.day_types[str(key)] = DayType(
                key=str(key), name_zh=row.name_zh, name_en=row.name_en
            )
    mistakes.extend(
        file.mistake(("day_types", word), "required: ordinary days are of this type")
        for word in ORDINARY
        if word not in file.data["day_types"]
    )
    for _, entry in file.child("days").children():
        _add_days(entry, calendar, file.data["day_types"], mistakes)
    for _, entry in file.child("maintenance").children():
        window = check(entry, MaintenanceRow, mistakes)
        if window is None:
            continue
        if window.end <= window.start:
            mistakes.append(entry.mistake(("end",), f"later than the start {window.start}"))
        calendar.maintenance.append((entry, window))
    return calendar


def _add_days(
    entry: Entry, calendar: Calendar, types: Mapping[str, object], mistakes: list[Mistake]
) -> None:
    row = check(entry, DaysRow, mistakes)
    if row is None:
        return
    if row.day_type not in types:
        mistakes.append(entry.mistake(("day_type",), one_of(types, row.day_type)))
    if not row.first_day <= row.last_day <= row.first_day + LONGEST_SPAN:
        allowed = f"a day from {row.first_day} to {row.first_day + LONGEST_SPAN}"
        mistakes.append(entry.mistake(("last_day",), allowed))
        return
    for day in _span(row.first_day, row.last_day):
        if day in calendar.days:
            allowed = f"each day once; {day} is {calendar.days[day]} already"
            mistakes.append(entry.mistake(("first_day",), allowed))
            return
        calendar.days[day] = row.day_type


def _span(first: date, last: date) -> list[str]:
    return [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]


def with_maintenance(
    sources: dict[tuple[str, str], Source],
    calendar: Calendar,
    feeds: set[str],
    mistakes: list[Mistake],
) -> dict[tuple[str, str], Source]:
    """The sources with their maintenance windows."""
    found = dict(sources)
    for entry, window in calendar.maintenance:
        if window.feed not in feeds:
            mistakes.append(entry.mistake(("feed",), one_of(feeds, window.feed)))
            continue
        names = [name for feed, name in sources if feed == window.feed]
        span = (_ms(window.start), _ms(window.end))
        for index, pattern in enumerate(window.sources):
            matched = [name for name in names if fnmatchcase(name, pattern)]
            if not matched:
                allowed = f"a source of {window.feed}: " + one_of(names, pattern)
                mistakes.append(entry.mistake(("sources", index), allowed))
            for name in matched:
                source = found[window.feed, name]
                spans = tuple(sorted({*source.maintenance, span}))
                found[window.feed, name] = replace(source, maintenance=spans)
    return found


def _ms(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)
