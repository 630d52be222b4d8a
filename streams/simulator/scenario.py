"""A scenario: what happens on top of an ordinary day, as data.

Times of day are local to the site and to the date of `origin`, written h:mm; 24:30 is half past
midnight of the next day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BeforeValidator, Field

from schemas.record import Identifier, Key
from streams.simulator.fault import FaultKind
from streams.simulator.names import matches
from streams.site.entry import Entry, read_yaml
from streams.site.mistake import Mistake, SiteError, one_of
from streams.site.model import Site
from streams.site.parts import check_parts
from streams.site.rows import Row, Text

FOLDER = "scenarios"
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")


def _clock(written: object) -> float:
    """Hours of h:mm or h:mm:ss; YAML itself reads an unquoted 21:35 as so many minutes."""
    if isinstance(written, int) and not isinstance(written, bool):
        return written / 60 if written < 48 * 60 else written / 3600
    found = _CLOCK.fullmatch(str(written))
    if not found:
        raise ValueError("a time of day, h:mm")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours + minutes / 60 + seconds / 3600


Clock = Annotated[float, BeforeValidator(_clock), Field(ge=0, le=48)]
Span = Annotated[tuple[Clock, Clock], Field(description="from, until")]
Patterns = Annotated[tuple[str, ...], Field(min_length=1, description="keys or patterns with *")]

Quantity = Literal[
    "rain_mm_h",  # rain, in its place
    "ponding_cm",  # depth of standing water, in its place
    "headway",  # × time between trains
    "load",  # + load ratio of arriving trains
    "road_capacity",  # × what a road carries, and with it its speed
    "road_demand",  # × vehicles that want to use it
    "rank_supply",  # × vehicles to be had
    "pump",  # 1 works, 0 is broken
    "lanes",  # × security lanes that can be open
    "crowd",  # × persons at a place
]


class Track(Row):
    """A quantity at places over time; straight between points, steady outside them."""

    quantity: Quantity
    places: Patterns
    points: Annotated[tuple[tuple[Clock, float], ...], Field(min_length=1)]


class Hold(Row):
    """Services scheduled in a span arrive spread over another, later one."""

    carrier: Key
    scheduled: Span
    arriving: Span
    announced: Clock = Field(description="when estimates begin to say so")


class Ending(Row):
    """Lines whose last departure is moved."""

    places: Patterns
    announced: Clock
    last: Clock


class Signal(Row):
    """One step in the life of an authority's warning."""

    at: Clock
    place: Key
    warning_id: Identifier
    hazard: Identifier
    colour: Literal["blue", "yellow", "orange", "red"]
    status: Literal["issued", "updated", "lifted"] = "issued"
    expires: Clock | None = None
    area: Identifier


class Emergency(Row):
    at: Clock
    place: Key
    report_id: Identifier
    category: str
    severity: int = Field(ge=1, le=4)
    persons_affected: int | None = None
    closed: Clock | None = None


class Fault(Row):
    """What is wrong with sources of a feed during a span."""

    fault: FaultKind
    feed: Key
    sources: Patterns
    span: Span
    every: int = Field(default=1, ge=1, description="of so many records, one")
    field: str = Field(default="", description="what a lying or damaged record says falsely")
    value: float = Field(default=0, description="what it says there")
    note: Text = ""


class Expectation(Row):
    """An alert that a correct platform raises once; `onset` is the span its onset falls into."""

    rule: Key
    place: Key
    level: int = Field(ge=1, le=4, description="a level that is reached at least")
    onset: Span
    because: Text


class Scenario(Row):
    """scenarios/NAME.yaml"""

    key: Key
    title_zh: Text
    title_en: Text
    origin: AwareDatetime = Field(description="where site time starts")
    speed: float = Field(gt=0, le=10_000, description="site seconds a wall second")
    hours: float | None = Field(default=None, gt=0, description="length; absent: without end")
    tracks: tuple[Track, ...] = ()
    holds: tuple[Hold, ...] = ()
    endings: tuple[Ending, ...] = ()
    warnings: tuple[Signal, ...] = ()
    emergencies: tuple[Emergency, ...] = ()
    faults: tuple[Fault, ...] = ()
    expected: tuple[Expectation, ...] = ()

    @property
    def start_ms(self) -> int:
        return round(self.origin.timestamp() * 1000)

    @property
    def end_ms(self) -> int | None:
        return None if self.hours is None else self.start_ms + round(self.hours * 3_600_000)

    def at_ms(self, clock: float, zone: ZoneInfo) -> int:
        """Unix ms of a time of day of this scenario."""
        local = self.origin.astimezone(zone)
        midnight = datetime(local.year, local.month, local.day, tzinfo=zone)
        return round((midnight + timedelta(hours=clock)).timestamp() * 1000)


def scenario_names(folder: Path) -> list[str]:
    """Scenarios a site folder holds."""
    return sorted(path.stem for path in (folder / FOLDER).glob("*.yaml"))


def load_scenario(folder: Path, name: str, site: Site) -> Scenario:
    """A scenario of a site folder. Raises SiteError with every mistake found."""
    mistakes: list[Mistake] = []
    known = scenario_names(folder)
    if name not in known:
        raise SiteError(folder, [Mistake(FOLDER, 1, "scenario", name, one_of(known, name))])
    entry = read_yaml(folder / FOLDER / f"{name}.yaml", mistakes)
    found = check_parts(entry, Scenario, mistakes)
    if found is not None:
        mistakes += _unknown(entry, found, site)
    if found is None or mistakes:
        raise SiteError(folder, mistakes)
    return found


def _unknown(entry: Entry, scenario: Scenario, site: Site) -> Iterable[Mistake]:
    """Names that the site does not have."""
    for index, track in enumerate(scenario.tracks):
        yield from _matching(entry, ("tracks", index, "places"), track.places, site.places)
    for index, ending in enumerate(scenario.endings):
        yield from _matching(entry, ("endings", index, "places"), ending.places, site.places)
    for index, fault in enumerate(scenario.faults):
        if fault.feed not in site.feeds:
            at = ("faults", index, "feed")
            yield entry.mistake(at, one_of(site.feeds, fault.feed))
            continue
        sources = [source for feed, source in site.sources if feed == fault.feed]
        yield from _matching(entry, ("faults", index, "sources"), fault.sources, sources)
    for group in ("warnings", "emergencies", "expected"):
        for index, row in enumerate(getattr(scenario, group)):
            if row.place not in site.places:
                yield entry.mistake((group, index, "place"), one_of(site.places, row.place))


def _matching(
    entry: Entry, at: tuple[str | int, ...], patterns: tuple[str, ...], names: Iterable[str]
) -> Iterable[Mistake]:
    known = list(names)
    for index, pattern in enumerate(patterns):
        if not any(matches(name, [pattern]) for name in known):
            yield entry.mistake((*at, index), one_of(known, pattern))
