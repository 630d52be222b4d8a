"""Look-ups of the loaded site, recomputed the plain way."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from streams.site import load_site
from streams.site.model import Site, Standard

HOUR = 3_600_000


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


@st.composite
def rows(draw: st.DrawFn) -> Standard:
    start = draw(st.integers(0, 20)) * HOUR
    return Standard(
        key="k",
        value=draw(st.floats(0, 9)),
        unit="m",
        area=draw(st.sampled_from(["", "31", "3101", "310112", "32", "310115"])),
        valid_from_ms=start,
        valid_to_ms=draw(st.none() | st.just(start + draw(st.integers(1, 9)) * HOUR)),
        source="s",
        clause="c",
        confidence="ours",
    )


@given(
    found=st.lists(rows(), max_size=12, unique_by=lambda row: (row.area, row.valid_from_ms)),
    now=st.integers(-1, 40 * HOUR),
)
def test_the_local_standard_holds_before_the_national_and_the_newer_before_the_older(
    hongqiao: Site, found: list[Standard], now: int
) -> None:
    holding = [
        (len(row.area), row.valid_from_ms, row.value)
        for row in found
        if "310112".startswith(row.area)
        and row.valid_from_ms <= now
        and (row.valid_to_ms is None or now < row.valid_to_ms)
    ]
    row = replace(hongqiao, standards=tuple(found)).standard("k", now)
    assert (row.value if row else None) == (max(holding)[2] if holding else None)


def test_a_standard_holds_from_local_midnight_of_its_day(hongqiao: Site) -> None:
    midnight = datetime(2021, 7, 26, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp() * 1000
    assert hongqiao.standard("water.underpass.close_cm", round(midnight) - 1) is None
    row = hongqiao.standard("water.underpass.close_cm", round(midnight))
    assert row is not None
    assert (row.value, row.unit, row.confidence) == (25, "cm", "document")


def test_numbers_of_the_standards_as_the_reference_gives_them(hongqiao: Site) -> None:
    now = at("2026-07-15T21:00+08:00")
    for key, value in {
        "crowd.walkway.los_f_per_m2": 2.17,
        "crowd.queue.los_b_per_m2": 0.83,
        "crowd.hall.step_2_persons": 10_000,
        "road.expressway.grade_4_above_kmh": 20,
        "road.secondary.grade_1_above_kmh": 35,
        "road.congestion_index.blocked_from": 70,
        "water.rain.local.blue_mm_1h": 35,
        "water.rain.local.red_mm_6h": 150,
        "water.rain.national.blue_mm_12h": 50,
        "water.ponding.level_4_cm": 40,
        "security.wait.red_minutes": 12,
        "energy.access_ratio.target": 0.95,
        "energy.normal_ratio.target": 0.90,
    }.items():
        row = hongqiao.standard(key, now)
        assert row is not None, key
        assert row.value == value, key
        assert row.source, key


def test_ladders_of_the_standards_rise_or_fall(hongqiao: Site) -> None:
    def row(*keys: str) -> list[float]:
        found = [hongqiao.standard(key, at("2026-07-15T21:00+08:00")) for key in keys]
        return [each.value for each in found if each is not None]

    for table in ("walkway", "queue"):
        cuts = row(*(f"crowd.{table}.los_{grade}_per_m2" for grade in "bcdef"))
        assert len(cuts) == 5
        assert cuts == sorted(set(cuts))
    for road_class in ("expressway", "arterial", "secondary"):
        cuts = row(*(f"road.{road_class}.grade_{n}_above_kmh" for n in range(1, 5)))
        assert len(cuts) == 4
        assert cuts == sorted(set(cuts), reverse=True)
    for hours in (1, 6):
        colours = ("blue", "yellow", "orange", "red")
        cuts = row(*(f"water.rain.local.{colour}_mm_{hours}h" for colour in colours))
        assert len(cuts) == 4
        assert cuts == sorted(set(cuts))


def test_ancestors_and_children_agree(hongqiao: Site) -> None:
    assert [p.key for p in hongqiao.ancestors("hub.t2.security.north")] == [
        "hub.t2.security",
        "hub.t2",
        "hub",
        "core",
        "hongqiao",
    ]
    for parent, children in hongqiao.children.items():
        assert all(hongqiao.ancestors(child.key)[0].key == parent for child in children)
    assert sum(map(len, hongqiao.children.values())) == len(hongqiao.places) - 1


def test_an_attribute_is_a_number_a_word_or_absent(hongqiao: Site) -> None:
    segment = hongqiao.places["road.s20.k01"]
    assert segment.number("free_flow_kmh") == 80
    assert segment.attributes["road_class"] == "expressway"
    assert segment.number("road_class") is None
    assert segment.number("close_cm") is None


def test_what_a_file_of_its_own_says_stands_in_the_settings(folder: Path) -> None:
    (folder / "dispersal.yaml").write_text("horizon: {minutes: 90}\nlast: 23:30\n")
    assert load_site(folder).settings["dispersal"] == {"horizon": {"minutes": 90}, "last": "23:30"}


def test_standards_may_lie_elsewhere(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "other" / "place"
    elsewhere.parent.mkdir()
    shutil.move(tmp_path / "standards", elsewhere)
    assert load_site(folder, elsewhere).standards
