"""Beijing metro: passengers in and out of 276 stations per 10 minutes, 25 weekdays, 5 to 23 h.

Two CSV files, one row a station and one column a slot; row n of both is the same station, named
`station-<n>`, counted from 1. The files carry no dates: the days are taken to be the weekdays from
2016-02-29 on, as the paper they come with says (second-hand).
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from connectors.replay.reading import Account, Reading, RecordingError

FILE = "metro-beijing/in_10min.csv.gz"
FILE_OUT = "out_10min.csv.gz"
ZONE = "Asia/Shanghai"
FIRST_DAY = date(2016, 2, 29)
FIRST_HOUR = 5
SLOTS_A_DAY = 108
SLOT_SECONDS = 600
WORKDAYS = 5


def read(path: Path, account: Account) -> Iterator[Reading]:
    """Readings; a cell of either file counts as a line."""
    entered, left = _table(path), _table(path.with_name(FILE_OUT))
    if [len(row) for row in entered] != [len(row) for row in left]:
        raise RecordingError(f"{path.name} and {FILE_OUT} are not of the same stations and slots")
    account.lines += 2 * sum(len(row) for row in entered)
    for slot in range(len(entered[0])):
        observed_ms = _end_of(slot)
        for station, (came, went) in enumerate(zip(entered, left, strict=True), start=1):
            fields: dict[str, int | float] = {
                "entered": came[slot],
                "left": went[slot],
                "interval_seconds": float(SLOT_SECONDS),
            }
            yield Reading(f"station-{station}", observed_ms, fields, 2)


def _table(path: Path) -> list[list[int]]:
    if not path.exists():
        raise RecordingError.absent(path)
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            return [[int(cell) for cell in row] for row in csv.reader(file)]
    except ValueError as error:
        raise RecordingError(f"{path.name}: {error}") from error


def _end_of(slot: int) -> int:
    """Unix ms at which a slot ends: when its counts are known."""
    number, slot_of_day = divmod(slot, SLOTS_A_DAY)
    weeks, weekday = divmod(number, WORKDAYS)
    day = FIRST_DAY + timedelta(days=7 * weeks + weekday)
    start = datetime(day.year, day.month, day.day, FIRST_HOUR, tzinfo=ZoneInfo(ZONE))
    return round((start.timestamp() + (slot_of_day + 1) * SLOT_SECONDS) * 1000)
