"""Melbourne pedestrians: persons who pass each of 42 counters, by the hour, 2012 to 2015.

A zip with one CSV: time, weekday, hour, sensor id, sensor name, count; times are local, the start
of the hour counted. A counter stands across a pavement and does not tell directions: whoever passes
has entered its stretch of pavement and left it, so both numbers are the count.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from connectors.replay.reading import Account, Reading

FILE = "pedestrians-melbourne/pedestriancounts_melbourne.zip"
ZONE = "Australia/Melbourne"
HOUR_SECONDS = 3600
COLUMNS = 6


def read(path: Path, account: Account) -> Iterator[Reading]:
    """Readings in the order of the file, which is not quite that of time."""
    zone = ZoneInfo(ZONE)
    ends: dict[str, int] = {}
    with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as raw:
        for row in csv.reader(io.TextIOWrapper(raw, encoding="utf-8", newline="")):
            account.lines += 1
            if len(row) != COLUMNS or not row[3]:
                account.left_out["malformed"] += 1
            elif not row[5].isdigit():
                account.left_out["no-count"] += 1
            else:
                hour = row[0]
                if hour not in ends:
                    ends[hour] = _end_of(hour, zone)
                yield _reading(f"sensor-{row[3]}", ends[hour], int(row[5]))


def _end_of(hour: str, zone: ZoneInfo) -> int:
    """Unix ms at which an hour ends: when its count is known."""
    start = datetime.strptime(hour.strip(), "%d-%b-%Y %H:%M").replace(tzinfo=zone)
    return round((start.timestamp() + HOUR_SECONDS) * 1000)


def _reading(sensor: str, observed_ms: int, passed: int) -> Reading:
    fields: dict[str, int | float] = {
        "entered": passed,
        "left": passed,
        "interval_seconds": float(HOUR_SECONDS),
    }
    return Reading(sensor, observed_ms, fields, 1)
