"""The recordings themselves: every line accounted for, every record one the site takes."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from connectors.replay import KINDS, load_mappings, open_recording, with_recording
from schemas.codec import validate
from streams.site.model import Site
from tests.connectors.conftest import FOLDER

pytestmark = pytest.mark.recordings

START_MS = 1_784_106_000_000
LINES = {
    "road-ndw": 68_400,
    "metro-beijing": 2 * 276 * 2_700,
    "pedestrians-melbourne": 656_823,
}


@pytest.mark.parametrize("name", KINDS)
def test_every_line_is_accounted_for(recordings: Path, site: Site, name: str) -> None:
    mapping = load_mappings(FOLDER, site, KINDS)[name]
    recording = open_recording(name, recordings)
    emissions = list(recording.records(START_MS, site, mapping))
    account = recording.account
    assert account.lines == LINES[name]
    assert account.balanced
    assert account.records == len(emissions) > 0
    assert {e.record.place for e in emissions} == set(mapping.places.values())
    assert all(a.at_ms <= b.at_ms for a, b in pairwise(emissions))
    assert 0 <= emissions[0].record.observed_at_ms - START_MS <= 2 * 3_600_000


@pytest.mark.parametrize("name", KINDS)
def test_records_are_what_the_feed_carries(recordings: Path, site: Site, name: str) -> None:
    mapping = load_mappings(FOLDER, site, KINDS)[name]
    played = with_recording(site, name, mapping)
    feed = site.feeds[mapping.feed]
    records = open_recording(name, recordings).records(START_MS, site, mapping)
    for emission, _ in zip(records, range(500), strict=False):
        record = emission.record
        assert (record.simulated, record.recording) == (False, name)
        assert (record.kind, emission.department) == (feed.kind, feed.department)
        assert emission.cell_key == site.places[record.place].cell
        assert played.sources[record.feed, record.source].place == record.place
        assert validate(emission.encoded()) == record


def test_the_road_recording_joins_each_flow_with_its_speed(recordings: Path, site: Site) -> None:
    mapping = load_mappings(FOLDER, site, KINDS)["road-ndw"]
    recording = open_recording("road-ndw", recordings)
    records = [vars(e.record) for e in recording.records(START_MS, site, mapping)]
    assert recording.account.told == 2 * len(records) == 68_400
    assert len({record["place"] for record in records}) == 19
    first = next(r for r in records if r["source"].endswith("0021hrr1558ra_1/lane1"))
    assert (first["flow_veh_h"], first["speed_kmh"]) == (900, 126)
