"""standards/*.yaml: dated numbers with where they come from."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from streams.site.entry import Entry, read_yaml
from streams.site.mistake import Mistake
from streams.site.model import Standard
from streams.site.rows import StandardsFile, StandardsTable, check


def read_standards(folder: Path, timezone: str, mistakes: list[Mistake]) -> tuple[Standard, ...]:
    """All tables of all files, valid from midnight of their day in the site's time zone."""
    found: dict[tuple[str, str, date], tuple[Standard, str]] = {}
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        mistakes.append(Mistake(folder.name, 1, "folder", str(folder.name), "files *.yaml"))
    for path in paths:
        file = read_yaml(path, mistakes)
        if check(file, StandardsFile, mistakes) is None:
            continue
        for _, entry in file.child("tables").children():
            _add_table(entry, ZoneInfo(timezone), found, mistakes)
    return tuple(standard for standard, _ in found.values())


def _add_table(
    entry: Entry,
    zone: ZoneInfo,
    found: dict[tuple[str, str, date], tuple[Standard, str]],
    mistakes: list[Mistake],
) -> None:
    table = check(entry, StandardsTable, mistakes)
    if table is None:
        return
    if table.valid_to is not None and table.valid_to <= table.valid_from:
        mistakes.append(entry.mistake(("valid_to",), f"a day after {table.valid_from}"))
    for key, value in table.values.items():
        name = (key, table.area, table.valid_from)
        if name in found:
            allowed = f"a key once for an area and a day; it stands in {found[name][1]} already"
            mistakes.append(entry.mistake(("values", key), allowed, key))
            continue
        standard = Standard(
            key=key,
            value=value,
            unit=table.unit,
            area=table.area,
            valid_from_ms=_midnight_ms(table.valid_from, zone),
            valid_to_ms=_midnight_ms(table.valid_to, zone) if table.valid_to else None,
            source=table.source,
            clause=table.clause,
            confidence=table.confidence,
        )
        found[name] = (standard, f"{entry.file}:{entry.line('values', key)}")


def _midnight_ms(day: date, zone: ZoneInfo) -> int:
    return round(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)
