"""A town of three facilities for tests of the core, and messages as a transport hands them over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from streams.site.model import Department, Feed, Place, Site, Source

T0_MS = 1_784_118_600_000  # 2026-07-15T20:30+08:00
CADENCE_MS = 10_000
TOPIC = "inbox.transport"


@dataclass(frozen=True)
class Message:
    """One message of an inbox topic."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


def place(key: str, parent: str | None, kind: str, cell: str, **more: object) -> Place:
    return Place(key=key, parent=parent, kind=kind, cell=cell, name_zh=key, name_en=key, **more)  # type: ignore[arg-type]


PLACES = (
    place("town", None, "site", "town"),
    place("hall", "town", "exhibition", "hall"),
    place("hall.east", "hall", "hall", "hall", capacity=500, area_m2=400.0),
    place("hall.west", "hall", "hall", "hall", capacity=300, area_m2=200.0),
    place("road", "town", "road", "road"),
    place(
        "road.one", "road", "road_segment", "road", attributes={"class": "arterial", "lanes": 2.0}
    ),
)
FEEDS = (
    Feed(
        key="transport.road",
        department="transport",
        kind="road_flow",
        cadence_seconds=CADENCE_MS / 1000,
        places=frozenset({"road.one"}),
    ),
    Feed(
        key="transport.crowd",
        department="transport",
        kind="crowd_count",
        cadence_seconds=CADENCE_MS / 1000,
        places=frozenset({"hall.east", "hall.west"}),
    ),
    Feed(
        key="police.crowd",
        department="police",
        kind="crowd_count",
        cadence_seconds=CADENCE_MS / 1000,
        places=frozenset({"hall.east"}),
    ),
)
SOURCES = (
    ("transport.road", "loop-1", "road.one"),
    ("transport.road", "loop-2", "road.one"),
    ("transport.crowd", "cam-1", "hall.east"),
    ("transport.crowd", "cam-2", "hall.east"),
    ("transport.crowd", "cam-3", "hall.west"),
)


def town(sources: Iterable[tuple[str, str, str]] = SOURCES) -> Site:
    """`sources` are (feed, key, place)."""
    return Site(
        key="town",
        name_zh="镇",
        name_en="Town",
        timezone="Asia/Shanghai",
        area="310112",
        places={p.key: p for p in PLACES},
        departments={
            key: Department(key=key, name_zh=key, name_en=key) for key in ("transport", "police")
        },
        feeds={feed.key: feed for feed in FEEDS},
        sources={
            (feed, key): Source(key=key, feed=feed, place=at, cadence_seconds=CADENCE_MS / 1000)
            for feed, key, at in sources
        },
        standards=(),
        days={},
        day_types={},
        settings={},
    )
