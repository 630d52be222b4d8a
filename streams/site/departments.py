"""departments.yaml and sources.csv: who reports what, from where, how often."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from schemas.catalogue import kinds as record_kinds
from streams.site.entry import Entry, read_csv, read_yaml
from streams.site.kinds import KINDS
from streams.site.mistake import Mistake, one_of
from streams.site.model import Department, Feed, Source
from streams.site.places import Places
from streams.site.rows import DepartmentRow, DepartmentsFile, FeedRow, SourceRow, check

COLUMNS = {name: field.is_required() for name, field in SourceRow.model_fields.items()}


@dataclass(slots=True)
class Departments:
    """`feeds` holds the feeds whose rows are right; `written` the keys of all."""

    departments: dict[str, Department] = field(default_factory=dict)
    feeds: dict[str, Feed] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)


def read_departments(path: Path, places: Places, mistakes: list[Mistake]) -> Departments:
    found = Departments()
    file = read_yaml(path, mistakes)
    check(file, DepartmentsFile, mistakes)
    for key, entry in file.children():
        row = check(entry, DepartmentRow, mistakes)
        if row is not None:
            department = Department(key=str(key), name_zh=row.name_zh, name_en=row.name_en)
            found.departments[department.key] = department
        feeds = entry.child("feeds").children() if _has_feeds(entry) else ()
        for name, below in feeds:
            feed = _feed(str(key), str(name), below, places, mistakes)
            found.written.add(f"{key}.{name}")
            if feed is not None:
                found.feeds[feed.key] = feed
    return found


def _has_feeds(entry: Entry) -> bool:
    return isinstance(entry.data, dict) and isinstance(entry.data.get("feeds"), dict)


def _feed(
    department: str, name: str, entry: Entry, places: Places, mistakes: list[Mistake]
) -> Feed | None:
    row = check(entry, FeedRow, mistakes)
    if row is None:
        return None
    if row.kind not in record_kinds():
        mistakes.append(entry.mistake(("kind",), one_of(record_kinds(), row.kind)))
    return Feed(
        key=f"{department}.{name}",
        department=department,
        kind=row.kind,
        cadence_seconds=row.cadence_seconds,
        places=_granted(row.places, entry, places, mistakes),
        lateness_seconds=row.lateness_seconds,
        dwell_seconds=row.dwell_seconds,
        share_class=row.share_class,
        expires=row.expires.isoformat() if row.expires else None,
        contact=row.contact,
    )


def _granted(
    patterns: list[str], entry: Entry, places: Places, mistakes: list[Mistake]
) -> frozenset[str]:
    """Places a record may name whose keys match; * stands for any characters, dots too."""
    granted: set[str] = set()
    for index, pattern in enumerate(patterns):
        matched = {
            key
            for key, place in places.found.items()
            if fnmatchcase(key, pattern) and not KINDS[place.kind].aggregate
        }
        granted |= matched
        above = places.found.get(pattern)
        if above is not None and not matched:
            allowed = f"a place inside a cell; {pattern} is a {above.kind}, above the cells"
            mistakes.append(entry.mistake(("places", index), allowed))
        elif not matched and not any(fnmatchcase(key, pattern) for key in places.broken):
            allowed = "a key or a pattern that matches: " + one_of(places.written, pattern)
            mistakes.append(entry.mistake(("places", index), allowed))
    return frozenset(granted)


def read_sources(
    path: Path, departments: Departments, places: Places, mistakes: list[Mistake]
) -> dict[tuple[str, str], Source]:
    """Sources by (feed, source)."""
    sources: dict[tuple[str, str], Source] = {}
    lines: dict[tuple[str, str], int] = {}
    for entry in read_csv(path, COLUMNS, mistakes):
        row = check(entry, SourceRow, mistakes)
        if row is None:
            continue
        key = (row.feed, row.source)
        if key in lines:
            allowed = f"each source of a feed once; it stands on line {lines[key]} already"
            mistakes.append(entry.mistake(("source",), allowed))
        lines.setdefault(key, entry.line())
        _check_source(row, entry, departments, places, mistakes)
        feed = departments.feeds.get(row.feed)
        cadence = row.cadence_seconds or (feed.cadence_seconds if feed else 0.0)
        sources[key] = Source(
            key=row.source, feed=row.feed, place=row.place, cadence_seconds=cadence
        )
    return sources


def _check_source(
    row: SourceRow,
    entry: Entry,
    departments: Departments,
    places: Places,
    mistakes: list[Mistake],
) -> None:
    feed = departments.feeds.get(row.feed)
    if row.feed not in departments.written:
        mistakes.append(entry.mistake(("feed",), one_of(departments.written, row.feed)))
    if row.place not in places.written:
        mistakes.append(entry.mistake(("place",), one_of(places.written, row.place)))
    elif feed is not None and row.place in places.found and row.place not in feed.places:
        allowed = f"a place granted to {feed.key}: " + one_of(feed.places, row.place)
        mistakes.append(entry.mistake(("place",), allowed))
