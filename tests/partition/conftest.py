"""A site of three facilities, its rules, and messages as the transport hands them over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from schemas.codec import decode, explain
from schemas.structs import structs
from streams.domains import catalogue
from streams.partition import Partition
from streams.rules.book import RuleBook
from streams.rules.rule import Rule, Step
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


@pytest.fixture(scope="session")
def site() -> Site:
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
            for feed, key, at in SOURCES
        },
        standards=(),
        days={},
        day_types={},
        settings={},
    )


def rule(key: str, measure: str, places: Sequence[str], enter: float, exit_: float) -> Rule:
    return Rule(
        key=key,
        measure=measure,
        places=tuple(places),
        steps=(
            Step(level=1, enter=enter, exit=exit_),
            Step(level=2, enter=enter * 1.5, exit=enter * 1.2, for_seconds=20, hold_seconds=20),
        ),
        rising=True,
        title_zh=key,
        title_en=key,
        text_zh="{place} {value}",
        text_en="{place} {value}",
        clause="test",
        audience=("operations",),
        cadence_seconds=CADENCE_MS / 1000,
    )


@pytest.fixture(scope="session")
def rules(site: Site) -> RuleBook:
    return RuleBook(
        (
            rule("crowd", "crowd.count_persons", ("hall.east", "hall.west", "hall"), 100, 80),
            rule("flow", "road.flow_veh_h", ("road.one",), 2000, 1500),
        ),
        site,
    )


NewPartition = Callable[[], Partition]


@pytest.fixture
def new_partition(site: Site, rules: RuleBook) -> NewPartition:
    def make() -> Partition:
        return Partition(
            0,
            ("hall", "road"),
            site=site,
            catalogue=catalogue(),
            rules=rules,
            decode=decode,
            explain=explain,
            record_types=structs(),
        )

    return make
