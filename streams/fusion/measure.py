"""The rows a domain is made of: what is measured, how it is folded, what is derived from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, final

from schemas.value import ArrivalBin
from streams.site.model import Place, Site


class OverTime(StrEnum):
    """How the samples of one source inside its trailing window become one number.

    The window ends at the source's newest sample and reaches `window_seconds` back, start
    exclusive, in event time; a late record inside it revises the value.
    """

    LAST = "last"
    SUM = "sum"
    MEAN = "mean"
    MAX = "max"
    RATE = "rate"
    """(newest − oldest) ÷ time between them, per hour; needs two samples"""
    DIFFERENCE = "difference"
    """newest − oldest of a counter over the window; a fall is a counter reset and counts from 0"""
    PERCENTILE = "percentile"
    """the measure's `percentile` of the samples, nearest rank"""


class OverSources(StrEnum):
    """How the numbers of the fresh sources become the value of the place."""

    SUM = "sum"
    MEAN = "mean"
    WEIGHTED_MEAN = "weighted mean"
    """weighted by the measure's `weight` field; all weights zero gives the plain mean"""
    MAX = "max"
    MIN = "min"


class RollUp(StrEnum):
    """How the values of the child places become the value of the parent."""

    SUM = "sum"
    MAXIMUM = "maximum"
    CAPACITY_MEAN = "capacity-weighted mean"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A number read straight from one record kind.

    `key` is `<domain>.<quantity>_<unit>`. `minimum_coverage` is the share of expected sources that
    must be fresh for the value to be known. `varies`: a source that repeats itself for longer than
    its dwell is frozen. `jump`: a larger change between two samples of a source is implausible.
    """

    key: str
    kind: str
    field: str
    unit: str
    title_zh: str
    title_en: str
    description: str
    over_time: OverTime = OverTime.LAST
    over_sources: OverSources = OverSources.MEAN
    window_seconds: float = 60.0
    weight: str | None = None
    percentile: float = 0.85
    minimum_coverage: float = 0.5
    varies: bool = False
    jump: float | None = None
    roll_up: RollUp | None = None
    critical: bool = False
    """unknown here counts towards the site's blindness"""


@final
class Context:
    """What a formula may know besides its inputs. `at_ms` is event time."""

    __slots__ = ("at_ms", "place", "site")

    def __init__(self, *, site: Site, place: Place, at_ms: int) -> None:
        self.site = site
        self.place = place
        self.at_ms = at_ms

    def standard(self, key: str) -> float | None:
        """The number that holds here and now, or None: then the derived value is unknown."""
        row = self.site.standard(key, self.at_ms)
        return row.value if row else None

    def standards(self, keys: tuple[str, ...]) -> tuple[float | None, ...]:
        """Several of them at once."""
        return self.site.table(keys, self.at_ms)


Formula = Callable[..., float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A number computed from other measures of the same place.

    `formula(context, *inputs)` gets the inputs' values in order (floats; an `optional` one that is
    unknown comes as None) and returns a float, or None for unknown. Inputs may themselves be
    derived. Status: the worst of the required inputs; unknown when one is unknown.
    """

    key: str
    inputs: tuple[str, ...]
    formula: Formula
    unit: str
    title_zh: str
    title_en: str
    description: str
    optional: tuple[str, ...] = ()
    place_kinds: tuple[str, ...] = ()
    """only at places of these kinds; empty: wherever the inputs are"""
    roll_up: RollUp | None = None
    critical: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Accumulated:
    """A number that needs memory beyond a window: an occupancy, a list of open warnings.

    `fold(state, record)` returns the new state (made of dict, list, str, int, float, bool and None
    only, so that a snapshot can hold it; the old one may be changed in place). Records come in
    arrival order, each once; the fold must give the same result for any order within the lateness
    bound. `read(state, context)` returns the value at `context.at_ms`, or None. `prune(state,
    now_ms)`, called about once a minute, forgets what is over. `arrivals(state, context)` is given
    by the one kind of fold that lists services to come. `coverage` False: the place's value is
    known from the first record on, however few sources report (reports and warnings, where silence
    is normal); the feed's heartbeat then tells whether the silence can be trusted.
    """

    key: str
    kind: str
    start: Callable[[], Any]
    fold: Callable[[Any, Any], Any]
    read: Callable[[Any, Context], float | None]
    unit: str
    title_zh: str
    title_en: str
    description: str
    place_kinds: tuple[str, ...] = ()
    """only at places of these kinds; empty: wherever records of the kind speak of"""
    prune: Callable[[Any, int], Any] | None = None
    arrivals: Callable[[Any, Context], tuple[ArrivalBin, ...]] | None = None
    coverage: bool = True
    minimum_coverage: float = 0.5
    roll_up: RollUp | None = None
    critical: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HubMeasure:
    """A number that only the whole site can know; `streams.hub` computes it, no cell does."""

    key: str
    unit: str
    title_zh: str
    title_en: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All rows of all domains by key; `hub` apart, since no cell computes it."""

    measures: Mapping[str, Measure]
    derived: Mapping[str, Derived]
    accumulated: Mapping[str, Accumulated]
    hub: Mapping[str, HubMeasure] = field(default_factory=dict)

    def row(self, key: str) -> Measure | Derived | Accumulated | HubMeasure:
        """The row of a key. Raises KeyError."""
        return (
            self.measures.get(key)
            or self.derived.get(key)
            or self.accumulated.get(key)
            or self.hub[key]
        )

    def cell_keys(self) -> tuple[str, ...]:
        """Keys that a cell computes; those of `hub` are not among them."""
        return (*self.measures, *self.accumulated, *self.derived)

    def rolling(self, measure: str) -> RollUp | None:
        """How a measure becomes its parent's, None when it does not. Raises KeyError."""
        row = self.row(measure)
        return None if isinstance(row, HubMeasure) else row.roll_up

    def applicable(self, place: Place, available: Iterable[str]) -> tuple[Derived, ...]:
        """The derived rows a place can have that has these measures, in an order in which each
        finds its inputs computed."""
        have = set(available)
        found: list[Derived] = []
        waiting = [
            row
            for row in self.derived.values()
            if not row.place_kinds or place.kind in row.place_kinds
        ]
        while True:
            ready = [row for row in waiting if have.issuperset(row.inputs)]
            if not ready:
                return tuple(found)
            found += ready
            have.update(row.key for row in ready)
            waiting = [row for row in waiting if row.key not in have]
