"""Readers on small files: what is wrong with a line is counted, not guessed."""

from __future__ import annotations

import gzip
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.replay import RecordingError, metro_beijing, open_recording, pedestrians_melbourne
from connectors.replay import road_ndw as road
from connectors.replay.reading import Account

CLOCK = '"timestamp":"2017-03-15 14:41:00.0"'


def utc(*moment: int) -> int:
    return round(datetime(*moment, tzinfo=UTC).timestamp() * 1000)  # type: ignore[misc, arg-type]


def test_road_lines_are_joined_or_counted(tmp_path: Path) -> None:
    path = tmp_path / "road.gz"
    lines = [
        f'x/y/A_1/lane1= {{"flow":900,{CLOCK}}}',
        f'x/y/A_1/lane2= {{"flow":300,{CLOCK}}}',
        f'x/y/A_1/lane1= {{"speed":101.5,{CLOCK}}}',
        f'x/y/A_1/lane1= {{"flow":1,{CLOCK}}}',
        f'x/y/A_1/lane1= {{"flow":2,{CLOCK}}}',
        'x/y/A_1/lane3= {"flow":',
        f'x/y/A_1/lane4= {{"flow":null,{CLOCK}}}',
        "nothing",
    ]
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    account = Account()
    readings = list(road.read(path, account))
    assert [(r.sensor, r.fields) for r in readings] == [
        ("A_1/lane1", {"flow_veh_h": 900, "speed_kmh": 101.5})
    ]
    assert readings[0].observed_ms == utc(2017, 3, 15, 13, 41)
    assert account.lines == 8
    assert account.left_out == {"malformed": 3, "repeated": 1, "unpaired": 2}


def test_metro_slots_are_counted_at_their_end(tmp_path: Path) -> None:
    days, slots = 6, 108
    (tmp_path / "in_10min.csv.gz").write_bytes(
        gzip.compress((",".join(["3"] * days * slots) + "\n").encode())
    )
    (tmp_path / "out_10min.csv.gz").write_bytes(
        gzip.compress((",".join(["5"] * days * slots) + "\n").encode())
    )
    account = Account()
    readings = list(metro_beijing.read(tmp_path / "in_10min.csv.gz", account))
    assert account.lines == 2 * days * slots
    assert readings[0].fields == {"entered": 3, "left": 5, "interval_seconds": 600}
    assert readings[0].observed_ms == utc(2016, 2, 28, 21, 10)
    assert readings[slots - 1].observed_ms == utc(2016, 2, 29, 15, 0)
    # the sixth weekday is the Monday after
    assert readings[5 * slots].observed_ms == utc(2016, 3, 6, 21, 10)


def test_metro_files_must_fit_each_other(tmp_path: Path) -> None:
    path = tmp_path / "in_10min.csv.gz"
    path.write_bytes(gzip.compress(b"1,2\n"))
    with pytest.raises(RecordingError, match=r"out_10min\.csv\.gz"):
        list(metro_beijing.read(path, Account()))
    (tmp_path / "out_10min.csv.gz").write_bytes(gzip.compress(b"1\n"))
    with pytest.raises(RecordingError, match="not of the same stations"):
        list(metro_beijing.read(path, Account()))


def test_pedestrians_pass_both_ways(tmp_path: Path) -> None:
    path = tmp_path / "walk.zip"
    rows = [
        " 01-JAN-2014 09:00,Wednesday,9,4,Town Hall,458",
        " 01-JUL-2014 09:00,Tuesday,9,4,Town Hall,12",
        " 01-JUL-2014 09:00,Tuesday,9,5,Bridge,",
        " 01-JUL-2014 09:00,Tuesday,9,,Somewhere,7",
        "cut",
    ]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("walk.csv", "\n".join(rows))
    account = Account()
    summer, winter = pedestrians_melbourne.read(path, account)
    assert summer.fields == {"entered": 458, "left": 458, "interval_seconds": 3600}
    assert summer.observed_ms == utc(2013, 12, 31, 23)  # eleven hours ahead, to the hour's end
    assert winter.observed_ms == utc(2014, 7, 1, 0)  # ten hours ahead
    assert account.left_out == {"no-count": 1, "malformed": 2}


def test_a_missing_recording_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"2017-03-15\.minutes\.txt\.gz.*HUBWATCH_RECORDINGS"):
        open_recording("road-ndw", tmp_path)
    with pytest.raises(RecordingError, match=r"no recording is called road.*one of road-ndw"):
        open_recording("road")
