"""The stages on the real recording, against the same figures worked out all at once."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest

from connectors.replay import road_ndw
from connectors.replay.recording import recordings_folder
from streams.bench.ospbench import LONG_MS, SHORT_MS, aggregated, changed, joined, lines_of, parsed


@pytest.fixture(scope="module")
def lines() -> list[bytes]:
    path: Path = recordings_folder() / road_ndw.FILE
    if not path.exists():
        pytest.skip(f"no recording at {path}")
    return lines_of(path)


def told_at_once(lines: list[bytes]) -> dict[tuple[str, str], dict[str, dict[str, float]]]:
    """Values of the lanes by (point, minute), then by quantity and lane."""
    told: dict[tuple[str, str], dict[str, dict[str, float]]] = defaultdict(
        lambda: {"flow": {}, "speed": {}}
    )
    for line in lines:
        key, _, text = line.decode().partition("= ")
        record = json.loads(text)
        quantity = "flow" if "flow" in record else "speed"
        *_, point, lane = key.split("/")
        told[point, record["timestamp"]][quantity][lane] = record[quantity]
    return told


@pytest.mark.recordings
def test_every_point_and_minute_comes_out_with_its_lanes(lines: list[bytes]):
    expected = []
    for (point, _), values in told_at_once(lines).items():
        lanes = values["flow"].keys() & values["speed"].keys()
        if lanes:
            flow = sum(values["flow"][lane] for lane in lanes)
            speed = sum(values["speed"][lane] for lane in lanes) / len(lanes)
            expected.append((point, flow, round(speed, 6)))
    found = [
        (p.point.decode(), p.flow, round(p.speed, 6)) for p in aggregated(joined(parsed(lines)))
    ]
    assert sorted(found) == sorted(expected)
    assert len(found) > 10_000


@pytest.mark.recordings
def test_changes_are_against_the_same_point_so_long_ago(lines: list[bytes]):
    points = {(p.at_ms, p.point): p for p in aggregated(joined(parsed(lines)))}
    changes = list(changed(aggregated(joined(parsed(lines)))))
    assert [change.now for change in changes] == list(points.values())
    for change in changes:
        now = change.now
        for ago_ms, found in ((SHORT_MS, change.speed_short), (LONG_MS, change.speed_long)):
            before = points.get((now.at_ms - ago_ms, now.point))
            if before is None or not before.speed:
                assert found is None
            else:
                assert found == pytest.approx(now.speed / before.speed - 1)
