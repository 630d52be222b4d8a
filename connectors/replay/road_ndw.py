"""Dutch motorway loops (NDW): flow and speed of each lane and minute, on lines of their own.

A line is `KEY= {json}`; KEY ends in `<sensor>/<lane>`, the JSON has either `flow` (veh/h) or
`speed` (km/h), and `timestamp` in local time without a zone.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from connectors.replay.reading import Account, Reading

FILE = "road-ndw/2017-03-15.minutes.txt.gz"
ZONE = "Europe/Amsterdam"
FIELDS = {"flow": "flow_veh_h", "speed": "speed_kmh"}


def read(path: Path, account: Account) -> Iterator[Reading]:
    """Readings in the order of the file, the flow and the speed of a lane and minute joined."""
    zone = ZoneInfo(ZONE)
    pending: dict[tuple[str, str], dict[str, int | float]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            account.lines += 1
            found = _parse(line)
            if found is None:
                account.left_out["malformed"] += 1
                continue
            sensor, timestamp, quantity, number = found
            fields = pending.setdefault((sensor, timestamp), {})
            if quantity in fields:
                account.left_out["repeated"] += 1
                continue
            fields[quantity] = number
            if len(fields) == len(FIELDS):
                del pending[sensor, timestamp]
                yield Reading(sensor, _instant(timestamp, zone), fields, len(FIELDS))
    account.left_out["unpaired"] += len(pending)


def _parse(line: str) -> tuple[str, str, str, float] | None:
    """(sensor/lane, timestamp, field, number), or None for a line that is none."""
    key, _, text = line.partition("= ")
    try:
        said = json.loads(text)
        quantity = next(name for name in FIELDS if name in said)
        return (
            "/".join(key.rsplit("/", 2)[-2:]),
            str(said["timestamp"]),
            FIELDS[quantity],
            float(said[quantity]),
        )
    except (ValueError, KeyError, TypeError, StopIteration):
        return None


def _instant(timestamp: str, zone: ZoneInfo) -> int:
    local = datetime.strptime(timestamp, "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=zone)
    return round(local.timestamp() * 1000)
