"""Scenario files: times of day, and mistakes told with file, line and what is allowed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from streams.simulator.ordinary import load_ordinary
from streams.simulator.scenario import load_scenario, scenario_names
from streams.site import SiteError
from streams.site.model import Site
from tests.simulator.conftest import FOLDER

GOOD = """\
key: small
title_zh: 小
title_en: Small
origin: 2026-07-15T20:30+08:00
speed: 10
hours: 1
tracks:
  - quantity: headway
    places: [hub.metro.l2.east]
    points: [[20:40, 1], ["20:45:30", 2], [24:10, 1]]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scenarios").mkdir()
    shutil.copy(FOLDER / "ordinary.yaml", tmp_path)
    return tmp_path


def load(folder: Path, site: Site, text: str) -> object:
    (folder / "scenarios/small.yaml").write_text(text, encoding="utf-8")
    return load_scenario(folder, "small", site)


def test_times_of_day(folder: Path, site: Site) -> None:
    (folder / "scenarios/small.yaml").write_text(GOOD, encoding="utf-8")
    plan = load_scenario(folder, "small", site)
    clocks = [clock for clock, _ in plan.tracks[0].points]
    assert clocks == pytest.approx([20 + 40 / 60, 20 + 45.5 / 60, 24 + 10 / 60])
    assert plan.end_ms is not None
    assert plan.end_ms - plan.start_ms == 3_600_000


@pytest.mark.parametrize(
    ("wrong", "line", "said"),
    [
        (GOOD.replace("l2.east", "l2.eastt"), 9, "did you mean hub.metro.l2.east"),
        (GOOD.replace("quantity: headway", "quantity: headwy"), 8, "headway"),
        (GOOD.replace("20:40", "noon"), 10, "a time of day, h:mm"),
        (GOOD.replace("speed: 10", "speed: 0"), 5, "greater than 0"),
        (GOOD.replace("hours: 1", "hour: 1"), 6, "did you mean hours"),
        (GOOD.replace("    points:", "    point:"), 10, "did you mean points"),
        (
            GOOD + "faults:\n  - {fault: silent, feed: metro.servic, sources: ['*'],"
            " span: [20:40, 20:50]}\n",
            12,
            "did you mean metro.service",
        ),
    ],
)
def test_mistakes_are_told(folder: Path, site: Site, wrong: str, line: int, said: str) -> None:
    with pytest.raises(SiteError) as caught:
        load(folder, site, wrong)
    assert f"small.yaml:{line} " in str(caught.value)
    assert said in str(caught.value)


def test_an_unknown_scenario_is_told(site: Site) -> None:
    assert scenario_names(FOLDER) == ["evening-storm", "working-day"]
    with pytest.raises(SiteError, match="did you mean evening-storm"):
        load_scenario(FOLDER, "evening-strom", site)


def test_a_mistake_in_the_ordinary_day_is_told(folder: Path) -> None:
    path = folder / "ordinary.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("mode: rail", "mode: train"))
    with pytest.raises(SiteError, match=r"ordinary\.yaml:\d+ .*train"):
        load_ordinary(folder)


def test_the_splits_are_whole() -> None:
    for mode, shares in load_ordinary(FOLDER).splits.items():
        assert sum(shares.values()) == pytest.approx(1.0), mode
