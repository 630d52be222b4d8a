"""A small town as a site folder: eight facilities, two departments, rules that alert often."""

from __future__ import annotations

from pathlib import Path

CADENCE_SECONDS = 1.0
HALLS = tuple(f"hall{n}" for n in range(4))
ROADS = tuple(f"road{n}" for n in range(4))
ZONES = (*(f"{hall}.{side}" for hall in HALLS for side in ("east", "west")),)
SEGMENTS = (*(f"{road}.{k}" for road in ROADS for k in ("k1", "k2")),)

SITE = """\
key: town
name_zh: 镇
name_en: Town
timezone: Asia/Shanghai
area: "310112"
"""
DEPARTMENTS = f"""\
transport:
  name_zh: 交通
  name_en: Transport
  feeds:
    road:
      kind: road_flow
      cadence_seconds: {CADENCE_SECONDS}
      places: ["road*.*"]
      share_class: open
      expires: 2036-12-31
      contact: 值班 / duty
police:
  name_zh: 公安
  name_en: Police
  feeds:
    crowd:
      kind: crowd_count
      cadence_seconds: {CADENCE_SECONDS}
      places: ["hall*.*"]
      share_class: open
      expires: 2036-12-31
      contact: 值班 / duty
"""
CALENDAR = """\
day_types:
  workday: {name_zh: 工作日, name_en: Workday}
  weekend: {name_zh: 周末, name_en: Weekend}
days: []
maintenance: []
"""
RULES = """\
rules:
  - key: crowd.many
    title: {zh: 人多, en: Many people}
    measure: crowd.count_persons
    places: {kinds: [hall, exhibition]}
    steps:
      - {level: 1, enter: 300, exit: 250}
      - {level: 2, enter: 500, exit: 400, for_seconds: 2, hold_seconds: 2}
    text:
      zh: "{place}有 {value:.0f} 人（{level} 级阈值 {threshold:.0f}）"
      en: "{place}: {value:.0f} persons (level {level} from {threshold:.0f})"
    clause: of the test (ours)
    audience: [operations, police]
  - key: road.busy
    title: {zh: 车多, en: Many vehicles}
    measure: road.flow_veh_h
    places: {kinds: [road_segment]}
    steps:
      - {level: 1, enter: 3000, exit: 2500}
      - {level: 3, enter: 5000, exit: 4000, for_seconds: 3, hold_seconds: 3}
    text:
      zh: "{place}每小时 {value:.0f} 辆（{level} 级阈值 {threshold:.0f}）"
      en: "{place}: {value:.0f} vehicles an hour (level {level} from {threshold:.0f})"
    clause: of the test (ours)
    audience: [operations, transport]
  - key: crowd.blind
    title: {zh: 客流监测失明, en: Blind to the crowd}
    measure: crowd.count_persons
    operator: absence
    places: {kinds: [hall]}
    steps:
      - {level: 1, enter: 0.5, exit: 0.3, for_seconds: 2, hold_seconds: 2}
    text:
      zh: "{place} {value:.0%} 的摄像机无数据（{level} 级阈值 {threshold:.0%}）"
      en: "{place}: {value:.0%} of the cameras silent (level {level} from {threshold:.0%})"
    clause: of the test (ours)
    audience: [operations]
"""


def sources(each: int) -> list[tuple[str, str, str]]:
    """(source, feed, place) of so many sensors at every zone and segment."""
    cameras = [(f"cam-{zone}-{n}", "police.crowd", zone) for zone in ZONES for n in range(each)]
    loops = [(f"loop-{at}-{n}", "transport.road", at) for at in SEGMENTS for n in range(each)]
    return [*cameras, *loops]


def write_town(folder: Path, each: int) -> None:
    """Writes the site's files; `each` sensors at every zone and segment."""
    folder.mkdir(parents=True)
    (folder / "site.yaml").write_text(SITE)
    (folder / "departments.yaml").write_text(DEPARTMENTS)
    (folder / "calendar.yaml").write_text(CALENDAR)
    (folder / "rules.yaml").write_text(RULES)
    (folder / "places.csv").write_text("\n".join(_places()) + "\n")
    rows = [f"{key},{feed},{place}," for key, feed, place in sources(each)]
    head = "source,feed,place,cadence_seconds"
    (folder / "sources.csv").write_text("\n".join([head, *rows]) + "\n")


def _places() -> list[str]:
    """Each facility is a cell of its own and holds two zones or segments."""
    head = "key,parent,kind,cell,name_zh,name_en,capacity,area_m2,latitude,longitude"
    rows = [f"{head},attributes,basis", "town,,site,town,镇,Town,,,31.19,121.32,,"]
    leads = "direction=east;free_flow_kmh=60;road_class=arterial"
    for facilities, kind, inner, attributes in (
        (HALLS, "exhibition", "hall", ""),
        (ROADS, "road", "road_segment", leads),
    ):
        for key in facilities:
            rows.append(f"{key},town,{kind},{key},{key},{key},,,31.19,121.32,,")
            rows += [
                f"{zone},{key},{inner},{key},{zone},{zone},,,31.19,121.32,{attributes},"
                for zone in (*ZONES, *SEGMENTS)
                if zone.startswith(f"{key}.")
            ]
    return rows
