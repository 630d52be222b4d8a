"""Mistakes in the hub's files are found, with their line and what is allowed."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from streams.domains import catalogue
from streams.hub.load import HubSettings, load_hub
from streams.site.mistake import SiteError
from streams.site.model import Site
from tests.hub.conftest import DEPLOY

# (file, text to replace, by what, what the message says)
MISTAKES = (
    ("dispersal.yaml", "hub: hub\n", "hub: hubb\n", "did you mean hub?"),
    ("dispersal.yaml", "- place: hub.t1\n", "- place: hub.t3\n", "did you mean hub.t"),
    ("dispersal.yaml", "[hub.t2.exit_west]", "[hub.t2.exit_east]", "exit_gates.0"),
    ("dispersal.yaml", "{place: hub.taxi.t2,", "{place: hub.taxi.t9,", "counts.taxi.0.place"),
    ("dispersal.yaml", "leaving: crowd.left_per_min", "leaving: crowd.left", "outflow.leaving"),
    ("dispersal.yaml", "inside: crowd.occupancy", "inside: crowd.occ", "outflow.inside"),
    ("dispersal.yaml", "measure: rank.waiting_persons}", "measure: rank.wait}", "queue.measure"),
    ("dispersal.yaml", "throughput_persons_per_min}]", "through}]", "counts.taxi.0.measure"),
    ("dispersal.yaml", "areas: [hub.taxi.t1]", "areas: [hub.taxi.t7]", "waiting.areas.0"),
    ("dispersal.yaml", "areas: [hub.taxi.t1]", "areas: [hub.metro]", "that have area_m2"),
    ("dispersal.yaml", "{places: [hub.bus.east],", "{places: [hub.bus.e],", "queue.places.0"),
    ("dispersal.yaml", "serves: [hub.t1]\n", "serves: [hub.t0]\n", "serves.0"),
    ("dispersal.yaml", "hub.taxi.t2: 0.18", "hub.taxi.t8: 0.18", "diverts_to.hub.taxi.t8"),
    ("dispersal.yaml", "hub.ride_hail: 0.26", "hub.ride_hail: 0.96", "sum to at most 1"),
    ("dispersal.yaml", "metro: 0.65, taxi", "metro: 0.75, taxi", "sum to 1"),
    ("dispersal.yaml", "[0.22, 0.52, 0.26]", "[0.22, 0.52]", "sum to 1"),
    ("dispersal.yaml", "[holiday, holiday_eve", "[holidays, holiday_eve", "day_types.0"),
    ("dispersal.yaml", '    service: {first: "05:30", last: "23:00"}\n', "", "may have ended"),
    ("dispersal.yaml", 'first: "05:30"', 'first: "5:30"', "first"),
    ("dispersal.yaml", "  walk: {low", "  bus: {low", "a spread for walk"),
    ("dispersal.yaml", "place: hub.taxi.rail_south\n", "place: hub.taxi.t1\n", "each place once"),
    (
        "dispersal.yaml",
        "- place: hub.parking.p1\n",
        "- place: hub.t1\n",
        "exit_lanes in places.csv",
    ),
    (
        "dispersal.yaml",
        "  - sources: [coach]\n",
        "  - sources: [exhibition]\n",
        "a split for coach",
    ),
    ("dispersal.yaml", "hub.coach, necc]", "hub.coach]", "a mode that serves it for each kind"),
    ("dispersal.yaml", "modes: [hub.bus.night]", "modes: [hub.bus.day]", "options.2.modes.0"),
    (
        "dispersal.yaml",
        "    place: hub.rail\n    at_most",
        "    place: hub\n    at_most",
        "options.6.place",
    ),
    ("dispersal.yaml", "confidence: ours", "confidence: certain", "confidence"),
    ("operating_level.yaml", "site.blindness_ratio", "site.blind", "criteria.9.measure"),
    ("operating_level.yaml", "site.blindness_ratio", "site.operating_level", "one criterion must"),
    ("operating_level.yaml", "places: [hub]", "places: [hubs]", "did you mean hub"),
    ("operating_level.yaml", "    counts_from: 25\n", "", "a number for read: count"),
    ("operating_level.yaml", "road_class: arterial", "road_class: lane", "choose a place"),
    ("operating_level.yaml", "{measure: arrivals.expected_p", "{measure: arrivals.p", "enough"),
    ("operating_level.yaml", "level: 3, at: 800", "level: 3, at: 100", "rising order"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("dispersal.yaml", "operating_level.yaml"):
        shutil.copy(DEPLOY / "sites" / "hongqiao" / name, tmp_path)
    return tmp_path


@pytest.mark.parametrize(("name", "old", "new", "says"), MISTAKES)
def test_every_mistake_is_named(
    folder: Path, hongqiao: Site, name: str, old: str, new: str, says: str
) -> None:
    file = folder / name
    text = file.read_text("utf-8")
    assert old in text
    everywhere = old.startswith(("hub.coach", "site.", "  walk"))
    file.write_text(text.replace(old, new, -1 if everywhere else 1), "utf-8")
    with pytest.raises(SiteError, match=re.escape(says)) as caught:
        load_hub(folder, hongqiao, catalogue())
    lines = file.read_text("utf-8").splitlines()
    for mistake in caught.value.mistakes:
        # an alias stands where the anchor is written
        line = lines[mistake.line - 1]
        if mistake.file == name and mistake.value and mistake.value in new and "*" not in line:
            assert mistake.value in line


def test_a_missing_file_is_said(folder: Path, hongqiao: Site) -> None:
    (folder / "operating_level.yaml").unlink()
    with pytest.raises(SiteError, match=r"operating_level\.yaml:1"):
        load_hub(folder, hongqiao, catalogue())


def test_a_grade_without_a_standard_is_said(folder: Path, hongqiao: Site) -> None:
    site = replace(hongqiao, standards=())
    for says in ("crowd.queue.los_d_per_m2", "crowd.walkway.flow_los_e_per_m_min"):
        with pytest.raises(SiteError, match=says):
            load_hub(folder, site, catalogue())


def test_what_the_files_of_hongqiao_say(hongqiao_settings: HubSettings) -> None:
    dispersal = hongqiao_settings.dispersal
    assert len(dispersal.modes) >= 15
    assert {source.kind for source in dispersal.sources} == {"air", "rail", "coach", "exhibition"}
    assert len(dispersal.options) >= 5
    priors = [*dispersal.splits, *dispersal.capacity_spread.values()]
    priors += [source.kernel for source in dispersal.sources]
    assert all(prior.source and prior.confidence for prior in priors)
    # Shanghai station 70–80 %, Hangzhou East above 50 %: the rail prior lies between
    rail = next(source for source in dispersal.sources if source.kind == "rail")
    shares = [
        dispersal.shares(rail, day, hour) for day in ("workday", "holiday") for hour in (9, 23)
    ]
    assert all(found and 0.5 < found["metro"] < 0.8 for found in shares)
