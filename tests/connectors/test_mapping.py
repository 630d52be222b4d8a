"""recordings.yaml: mistakes are told with file and line; sensors stand in for those registered."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.replay import KINDS, load_mappings, with_recording
from streams.site import SiteError
from streams.site.model import Site
from tests.connectors.conftest import FOLDER

GOOD = """\
recordings:
  road-ndw:
    feed: transport.road
    begin: 2017-03-15T14:41+01:00
    cadence_seconds: 60
    places:
      A_1/lane1: road.s20.k01
"""


def test_the_sites_own_mapping_is_right(site: Site) -> None:
    assert set(load_mappings(FOLDER, site, KINDS)) == set(KINDS)


@pytest.mark.parametrize(
    ("wrong", "line", "said"),
    [
        (GOOD.replace("road-ndw", "road-nwd"), 2, "did you mean road-ndw"),
        (GOOD.replace("transport.road", "metro.gate"), 3, "one of transport.road"),
        (GOOD.replace("+01:00", ""), 4, "timezone"),
        (GOOD.replace("cadence_seconds: 60", "cadence_seconds: 0"), 5, "greater than 0"),
        (GOOD.replace("road.s20.k01", "road.s20"), 7, "did you mean road.s20.k0"),
        (GOOD.replace("begin", "beginn"), 4, "did you mean begin"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, site: Site, wrong: str, line: int, said: str) -> None:
    (tmp_path / "recordings.yaml").write_text(wrong, encoding="utf-8")
    with pytest.raises(SiteError) as caught:
        load_mappings(tmp_path, site, KINDS)
    assert f"recordings.yaml:{line} " in str(caught.value)
    assert said in str(caught.value)


def test_a_recordings_sensors_replace_those_of_their_places(site: Site) -> None:
    mapping = load_mappings(FOLDER, site, KINDS)["road-ndw"]
    played = with_recording(site, "road-ndw", mapping)
    for place in set(mapping.places.values()):
        at_place = [s for s in played.sources.values() if s.place == place]
        roads = [s for s in at_place if site.feeds[s.feed].kind == "road_flow"]
        assert [s.cadence_seconds for s in roads] == [60]
    untouched = {s.place for s in played.sources.values()} - set(mapping.places.values())
    assert untouched == {s.place for s in site.sources.values()} - set(mapping.places.values())
