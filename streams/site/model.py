"""The site as frozen objects: what exists, who reports on it, what is allowed.

Every object is built by `streams.site.load_site` from the text files of one site folder and never
changes afterwards. Keys are dotted and lower case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import inf

from streams.site.kinds import KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A node of the place tree. `cell` is the facility whose key all its records carry."""

    key: str
    parent: str | None
    kind: str
    cell: str
    name_zh: str
    name_en: str
    capacity: int | None = None
    area_m2: float | None = None
    latitude: float | None = None
    longitude: float | None = None
    attributes: Mapping[str, str | float] = field(default_factory=dict)

    def number(self, name: str) -> float | None:
        """A numeric attribute of the kind, or None where the site does not give it."""
        value = self.attributes.get(name)
        return value if isinstance(value, float) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A contract with a department: one record kind, a cadence, the places it may speak of."""

    key: str
    department: str
    kind: str
    cadence_seconds: float
    places: frozenset[str]
    lateness_seconds: float = 60.0
    dwell_seconds: float | None = None
    """unchanged for longer means frozen; None: three times the learnt dwell"""
    share_class: str = "internal"
    expires: str | None = None
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    key: str
    name_zh: str
    name_en: str

    @property
    def inbox(self) -> str:
        return f"inbox.{self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A sensor that is expected to report. `maintenance` spans are Unix ms, end exclusive."""

    key: str
    feed: str
    place: str
    cadence_seconds: float
    maintenance: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """One dated number: a threshold, a norm, a prior. The newest valid row of the area wins."""

    key: str
    value: float
    unit: str
    area: str
    """GB/T 2260 prefix it holds for; "" is everywhere"""
    valid_from_ms: int
    valid_to_ms: int | None
    source: str
    clause: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayType:
    key: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class _Table:
    """The numbers of some standards, the same from `since_ms` until before `until_ms`."""

    numbers: tuple[float | None, ...]
    since_ms: float
    until_ms: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Site:
    """Everything known of one site, indexed for lookup."""

    key: str
    name_zh: str
    name_en: str
    timezone: str
    area: str
    """GB/T 2260 code"""
    places: Mapping[str, Place]
    """in file order; the root is the place of the site's key"""
    departments: Mapping[str, Department]
    feeds: Mapping[str, Feed]
    sources: Mapping[tuple[str, str], Source]
    """by (feed, source)"""
    standards: tuple[Standard, ...]
    days: Mapping[str, str]
    """day type by YYYY-MM-DD, local, of the days that are not an ordinary workday or weekend"""
    day_types: Mapping[str, DayType]
    settings: Mapping[str, object]

    @cached_property
    def cells(self) -> frozenset[str]:
        """Facilities whose key records carry; areas, districts and the site itself are none."""
        return frozenset(
            place.cell for place in self.places.values() if not KINDS[place.kind].aggregate
        )

    @cached_property
    def children(self) -> Mapping[str, tuple[Place, ...]]:
        """Places by parent, in file order; a place without any is not a key."""
        found: dict[str, tuple[Place, ...]] = {}
        for place in self.places.values():
            if place.parent is not None:
                found[place.parent] = (*found.get(place.parent, ()), place)
        return found

    @cached_property
    def _standards_by_key(self) -> Mapping[str, list[Standard]]:
        found: dict[str, list[Standard]] = {}
        for row in sorted(self.standards, key=lambda row: (len(row.area), row.valid_from_ms)):
            found.setdefault(row.key, []).append(row)
        return found

    @cached_property
    def _tables(self) -> dict[tuple[str, ...], _Table]:
        """What `table` remembers."""
        return {}

    def ancestors(self, key: str) -> tuple[Place, ...]:
        """Parent first, root last."""
        found: list[Place] = []
        parent = self.places[key].parent
        while parent is not None:
            found.append(self.places[parent])
            parent = self.places[parent].parent
        return tuple(found)

    def departments_granted(self, kind: str, place: str) -> frozenset[str]:
        """Departments with a feed that may tell records of a kind of a place."""
        return frozenset(
            feed.department
            for feed in self.feeds.values()
            if feed.kind == kind and place in feed.places
        )

    def standard(self, key: str, at_ms: int) -> Standard | None:
        """The row that holds at an instant in this site's area: local before national, newest
        before older; None where no row holds (then what needs it is unknown)."""
        for row in reversed(self._standards_by_key.get(key, [])):
            if (
                self.area.startswith(row.area)
                and row.valid_from_ms <= at_ms
                and (row.valid_to_ms is None or at_ms < row.valid_to_ms)
            ):
                return row
        return None

    def table(self, keys: tuple[str, ...], at_ms: int) -> tuple[float | None, ...]:
        """The numbers of these standards at an instant, None where no row holds; quick when asked
        again."""
        held = self._tables.get(keys)
        if held is None or not held.since_ms <= at_ms < held.until_ms:
            held = self._tables[keys] = self._table(keys, at_ms)
        return held.numbers

    def _table(self, keys: tuple[str, ...], at_ms: int) -> _Table:
        rows = [row for key in keys for row in self._standards_by_key.get(key, ())]
        edges = {edge for row in rows for edge in (row.valid_from_ms, row.valid_to_ms)}
        known = [edge for edge in edges if edge is not None]
        found = [self.standard(key, at_ms) for key in keys]
        return _Table(
            tuple(row.value if row else None for row in found),
            since_ms=max((edge for edge in known if edge <= at_ms), default=-inf),
            until_ms=min((edge for edge in known if edge > at_ms), default=inf),
        )
