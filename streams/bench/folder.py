"""The site folder of a load: the same text files a real site has, read by the same loader."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from streams.bench.load import Load

SITE = "bench"
CROWDED = "bench.crowded"
"""the rule that tells of a crowded walkway at once"""
AREA_M2_A_CAMERA = 80
ATTRIBUTES = "road_class=expressway;free_flow_kmh=80;direction=south;lanes=4;length_m=1000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What a rule of the load watches, and from when: `enter` by level, from level 1 on."""

    measure: str
    enter: tuple[float, ...]
    exit: tuple[float, ...]
    for_seconds: float = 60.0
    bad_when: str = "high"
    operator: str = "value"

    @property
    def place_kind(self) -> str:
        return "road_segment" if self.measure.startswith("road.") else "walkway"


WATCHES = (
    Watch(measure="road.speed_kmh", enter=(40.0, 20.0), exit=(45.0, 25.0), bad_when="low"),
    Watch(measure="road.speed_grade", enter=(4.0, 5.0), exit=(3.0, 4.0)),
    Watch(measure="road.congestion_index", enter=(50.0, 70.0), exit=(45.0, 65.0)),
    Watch(measure="road.congestion_state", enter=(3.0, 4.0), exit=(2.0, 3.0)),
    Watch(measure="road.travel_time_index", enter=(2.0, 4.0), exit=(1.8, 3.5)),
    Watch(measure="road.flow_veh_h", enter=(4000.0,), exit=(3800.0,)),
    Watch(measure="road.occupancy_ratio", enter=(0.99,), exit=(0.95,)),
    Watch(measure="road.speed_kmh", enter=(0.5, 1.0), exit=(0.3, 0.6), operator="absence"),
    Watch(measure="crowd.count_persons", enter=(45_000.0,), exit=(44_000.0,)),
    Watch(measure="crowd.density_per_m2", enter=(50.0, 60.0), exit=(45.0, 55.0)),
    Watch(measure="crowd.level_of_service", enter=(6.0,), exit=(5.0,)),
    Watch(measure="crowd.count_persons", enter=(0.5, 1.0), exit=(0.3, 0.6), operator="absence"),
)
"""repeated under other keys until there are as many rules as the load asks for"""


def write_site(load: Load, folder: Path) -> None:
    """Writes every file `load_site` and `load_rules` read."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_yaml(
        folder / "site.yaml",
        {
            "key": SITE,
            "name_zh": "基准测试",
            "name_en": "Benchmark",
            "timezone": "Asia/Shanghai",
            "area": "310112",
        },
    )
    _write_csv(folder / "places.csv", _places(load))
    _write_yaml(folder / "departments.yaml", _departments(load))
    _write_csv(
        folder / "sources.csv",
        ({"source": r.key, "feed": r.feed, "place": r.spot.key} for r in load.reporters),
    )
    days = {
        "workday": {"name_zh": "工作日", "name_en": "Workday"},
        "weekend": {"name_zh": "周末", "name_en": "Weekend"},
    }
    _write_yaml(folder / "calendar.yaml", {"day_types": days, "days": [], "maintenance": []})
    _write_yaml(folder / "rules.yaml", {"rules": _rules(load)})


def _places(load: Load) -> Iterable[Mapping[str, Any]]:
    columns = {"parent": "", "area_m2": "", "attributes": ""}
    names = {"name_zh": "基准", "name_en": "bench"}
    yield {**columns, **names, "key": SITE, "kind": "site", "cell": SITE}
    for cell, road in {spot.cell: spot.road for spot in load.spots}.items():
        kind = "road" if road else "building"
        yield {**columns, **names, "key": cell, "parent": SITE, "kind": kind, "cell": cell}
    for spot in load.spots:
        yield {
            **names,
            "key": spot.key,
            "parent": spot.cell,
            "kind": "road_segment" if spot.road else "walkway",
            "cell": spot.cell,
            "area_m2": "" if spot.road else AREA_M2_A_CAMERA * load.sources_a_place,
            "attributes": ATTRIBUTES if spot.road else "",
        }


def _departments(load: Load) -> Mapping[str, Any]:
    feeds = {
        "transport": ("road", "road_flow", "road.*"),
        "police": ("crowd", "crowd_count", "hub.*"),
    }
    return {
        department: {
            "name_zh": "基准部门",
            "name_en": f"Bench {department}",
            "feeds": {
                name: {
                    "kind": kind,
                    "cadence_seconds": load.cadence_seconds,
                    "places": [places],
                    "contact": "benchmark",
                }
            },
        }
        for department, (name, kind, places) in feeds.items()
    }


def _rules(load: Load) -> list[Mapping[str, Any]]:
    crowded = Watch(
        measure="crowd.count_persons",
        enter=(load.crowded_persons + 1000.0,),
        exit=(float(load.crowded_persons),),
        for_seconds=0.0,
    )
    watches = (WATCHES[number % len(WATCHES)] for number in range(load.rules - 1))
    keyed = {f"bench.rule_{number:04}": watch for number, watch in enumerate(watches)}
    return [_rule(key, watch) for key, watch in {CROWDED: crowded, **keyed}.items()]


def _rule(key: str, watch: Watch) -> Mapping[str, Any]:
    return {
        "key": key,
        "title": {"zh": "基准规则", "en": key},
        "measure": watch.measure,
        "operator": watch.operator,
        "bad_when": watch.bad_when,
        "places": {"kinds": [watch.place_kind]},
        "steps": [
            {
                "level": level,
                "enter": enter,
                "exit": leave,
                "for_seconds": watch.for_seconds,
                "hold_seconds": watch.for_seconds,
            }
            for level, (enter, leave) in enumerate(
                zip(watch.enter, watch.exit, strict=True), start=1
            )
        ],
        "text": {
            "zh": "{place}为 {value:.1f} {unit}（{level} 级阈值 {threshold:.1f}）",
            "en": "{place}: {value:.1f} {unit} (level {level} from {threshold:.1f})",
        },
        "clause": "a rule of the benchmark (ours)",
        "audience": ["operations"],
    }


def _write_csv(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    found = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, found[0].keys())
        writer.writeheader()
        writer.writerows(found)


def _write_yaml(path: Path, content: object) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")
