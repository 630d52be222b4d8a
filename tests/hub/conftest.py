"""A hub of two sources and two modes, small enough to work out by hand, and the real one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from schemas.value import ArrivalBin, Situation, Value
from streams.domains import catalogue
from streams.hub.criteria import Operating
from streams.hub.hub import Hub
from streams.hub.load import HubSettings, load_hub
from streams.hub.settings import Dispersal
from streams.site import load_site
from streams.site.mistake import Mistake
from streams.site.model import DayType, Feed, Place, Site, Source
from streams.site.standards import read_standards

DEPLOY = Path(__file__).parents[2] / "deploy"
NOW_MS = 1_784_118_600_000  # 2026-07-15T20:30+08:00, a Wednesday, on the 5-minute grid
MINUTE_MS = 60_000
STEP_MS = 5 * MINUTE_MS

EXPECTED = "arrivals.expected_passengers_30min"
NewHub = Callable[..., Hub]
Tell = Callable[..., dict[str, Situation]]

PLACES = (
    ("town", None, "site", "town", {}),
    ("hub", "town", "hub", "hub", {}),
    ("hub.air", "hub", "terminal", "hub.air", {}),
    ("hub.rail", "hub", "rail_station", "hub.rail", {}),
    ("hub.line", "hub", "metro_line", "hub.line", {}),
    ("hub.rank", "hub", "taxi_rank", "hub.rank", {"bays": 4.0, "exit_lanes": 2.0, "width_m": 3.0}),
)

DISPERSAL: dict[str, Any] = {
    "hub": "hub",
    "flow_error_ratio": 0.25,
    "sources": [
        {
            "place": "hub.air",
            "kind": "air",
            "usual_persons_per_hour": 1000,
            "kernel": {"shares": [0.5, 0.5], "source": "test", "confidence": "ours"},
        },
        {
            "place": "hub.rail",
            "kind": "rail",
            "usual_persons_per_hour": 1000,
            "kernel": {"shares": [1.0], "source": "test", "confidence": "ours"},
        },
    ],
    "modes": [
        {
            "place": "hub.line",
            "kind": "metro",
            "capacity": {"by": "line"},
            "service": {"first": "05:00", "last": "23:00"},
            "waiting": {"limit_persons": 120},
            "queue": {"places": ["hub.line"], "measure": "crowd.count_persons"},
            "diverts_to": {"hub.rank": 0.8},
        },
        {
            "place": "hub.rank",
            "kind": "taxi",
            "capacity": {"by": "rank"},
            "waiting": {"limit_persons": 100},
            "queue": {"places": ["hub.rank"], "measure": "rank.waiting_persons"},
        },
    ],
    "splits": [
        {"shares": {"metro": 0.5, "taxi": 0.5}, "source": "test", "confidence": "ours"},
    ],
    "capacity_spread": {
        "metro": {"low": 0.8, "high": 1.1, "source": "test", "confidence": "ours"},
        "taxi": {"low": 0.7, "high": 1.2, "source": "test", "confidence": "ours"},
    },
    "learning": {"half_life_steps": 48, "minimum_steps": 12},
}

OPERATING: dict[str, Any] = {
    "hold_minutes": 15,
    "criteria": [
        {
            "key": "stranded",
            "title_zh": "滞留",
            "title_en": "Stranded",
            "measure": "dispersal.stranded_persons",
            "places": ["hub"],
            "source": "test",
            "confidence": "ours",
            "levels": [
                {"level": 2, "at": 50, "impact_zh": "少量", "impact_en": "some"},
                {"level": 4, "at": 500, "impact_zh": "大量", "impact_en": "many"},
            ],
        },
        {
            "key": "blindness",
            "title_zh": "失明",
            "title_en": "Blindness",
            "measure": "site.blindness_ratio",
            "places": ["town"],
            "source": "test",
            "confidence": "ours",
            "levels": [{"level": 2, "at": 0.3, "impact_zh": "缺", "impact_en": "holes"}],
        },
    ],
}


def number(measure: str, value: float | None, **more: Any) -> Value:
    """An ok value, or an unknown one for None."""
    if value is None:
        return Value(measure=measure, status="unknown", reason="no-source")
    fields = {"observed_at_ms": NOW_MS, "heard": 1, "expected": 1, **more}
    return Value(measure=measure, status=fields.pop("status", "ok"), value=value, **fields)


def bin_of(start_ms: int, passengers: float, *, imputed: float = 0.0) -> ArrivalBin:
    return ArrivalBin(start_ms, 1, passengers, imputed, passengers * 0.8, passengers * 1.2)


@pytest.fixture(scope="session")
def small_site() -> Site:
    mistakes: list[Mistake] = []
    standards = read_standards(DEPLOY / "standards", "Asia/Shanghai", mistakes)
    kinds = {"hub.line": "transit_service", "hub.rank": "rank_service", "hub.air": "arrival"}
    return Site(
        key="town",
        name_zh="镇",
        name_en="Town",
        timezone="Asia/Shanghai",
        area="310112",
        places={
            key: Place(
                key=key,
                parent=parent,
                kind=kind,
                cell=cell,
                name_zh=key,
                name_en=key,
                area_m2=400.0,
                attributes=attributes,
            )
            for key, parent, kind, cell, attributes in PLACES
        },
        departments={},
        feeds={
            f"d.{kind}": Feed(
                key=f"d.{kind}",
                department="d",
                kind=kind,
                cadence_seconds=60,
                places=frozenset({place}),
            )
            for place, kind in kinds.items()
        },
        sources={
            (f"d.{kind}", "1"): Source(key="1", feed=f"d.{kind}", place=place, cadence_seconds=60)
            for place, kind in kinds.items()
        },
        standards=standards,
        days={"2026-07-16": "fair"},
        day_types={
            key: DayType(key=key, name_zh=key, name_en=key) for key in ("workday", "weekend")
        },
        settings={},
    )


def settings_of(
    dispersal: Mapping[str, Any] = DISPERSAL, operating: Mapping[str, Any] = OPERATING
) -> HubSettings:
    return HubSettings(Dispersal.model_validate(dispersal), Operating.model_validate(operating))


@pytest.fixture
def new_hub(small_site: Site) -> NewHub:
    """`new_hub(line={…}, rank={…}, air={…}, **top)`: the small hub with some settings changed."""

    def create(
        *, line: Any = None, rank: Any = None, air: Any = None, operating: Any = None, **top: Any
    ) -> Hub:
        first, second = DISPERSAL["modes"]
        plane, train = DISPERSAL["sources"]
        dispersal = {
            **DISPERSAL,
            "modes": [{**first, **(line or {})}, {**second, **(rank or {})}],
            "sources": [{**plane, **(air or {})}, train],
            **top,
        }
        return Hub(small_site, settings_of(dispersal, operating or OPERATING))

    return create


@pytest.fixture
def tell(small_site: Site) -> Tell:
    """`tell(line=100, rank=20, …)`: situations in which all is known unless None is said.

    `line`, `rank`: persons in 5 minutes they can take; `waiting` for (line, rank); `air`, `rail`:
    bins; `last`: the last departure in Unix ms.
    """

    def create(
        at_ms: int = NOW_MS,
        *,
        line: float | None = 100.0,
        rank: float | None = 20.0,
        waiting: tuple[float | None, float | None] = (0.0, 0.0),
        air: tuple[ArrivalBin, ...] | None = (),
        rail: tuple[ArrivalBin, ...] | None = (),
        last: int | None = NOW_MS + 10 * 3_600_000,
        more: Mapping[str, Mapping[str, Value]] | None = None,
    ) -> dict[str, Situation]:
        found: dict[str, dict[str, float | None]] = {
            "hub.line": {
                "transit.headway_seconds": 300.0,
                "transit.load_ratio": 0.5,
                "transit.train_capacity_persons": None if line is None else 2 * line,
                "transit.last_departure_ms": last,
                "transit.onward_capacity_per_5min": line,
                "crowd.count_persons": waiting[0],
            },
            "hub.rank": {
                "rank.vehicles_per_min": None if rank is None else rank / 10,
                "rank.persons_per_vehicle": 2.0,
                "rank.waiting_persons": waiting[1],
            },
        }
        for place, bins in (("hub.air", air), ("hub.rail", rail)):
            found[place] = {EXPECTED: None if bins is None else sum(b.passengers for b in bins)}
        return {
            place: Situation(
                site="town",
                place=place,
                cell=small_site.places[place].cell,
                at_ms=at_ms,
                values={
                    **{key: number(key, value) for key, value in values.items()},
                    **(more or {}).get(place, {}),
                },
                arrivals=_padded({"hub.air": air, "hub.rail": rail}.get(place), at_ms),
            )
            for place, values in found.items()
        }

    return create


def _padded(bins: tuple[ArrivalBin, ...] | None, at_ms: int) -> tuple[ArrivalBin, ...]:
    """As the arrivals domain gives them: a bin for each step, empty ones too; none if unknown."""
    if bins is None:
        return ()
    first = at_ms // STEP_MS * STEP_MS - 12 * STEP_MS
    given = {row.start_ms: row for row in bins}
    steps = range(first, at_ms + 18 * STEP_MS, STEP_MS)
    return tuple(given.get(start_ms, ArrivalBin(start_ms, 0, 0, 0, 0, 0)) for start_ms in steps)


@pytest.fixture(scope="session")
def hongqiao() -> Site:
    return load_site(DEPLOY / "sites" / "hongqiao")


@pytest.fixture(scope="session")
def hongqiao_settings(hongqiao: Site) -> HubSettings:
    return load_hub(DEPLOY / "sites" / "hongqiao", hongqiao, catalogue())
