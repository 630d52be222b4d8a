"""Which places a rule watches, and at what pace values come there."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from streams.fusion.measure import Accumulated, Catalogue, Derived, Measure
from streams.rules.rows import PlacesRow
from streams.site.entry import Entry
from streams.site.kinds import KINDS
from streams.site.mistake import Mistake, one_of
from streams.site.model import Place, Site

AGGREGATE_CADENCE_SECONDS = 60.0
"""values above the cells follow those of the cells at this pace at least"""


def select(row: PlacesRow, entry: Entry, site: Site, mistakes: list[Mistake]) -> tuple[str, ...]:
    """Keys of the places that meet every condition, in file order; at least one, or a mistake."""
    known = len(mistakes)
    mistakes += [
        entry.mistake(("kinds", index), one_of(KINDS, kind))
        for index, kind in enumerate(row.kinds)
        if kind not in KINDS
    ]
    mistakes += [
        entry.mistake(("keys", index), "a key or pattern of a place; " + one_of(site.places, key))
        for index, key in enumerate(row.keys)
        if not any(fnmatchcase(place, key) for place in site.places)
    ]
    if row.under is not None and row.under not in site.places:
        mistakes.append(entry.mistake(("under",), one_of(site.places, row.under)))
    found = tuple(key for key, place in site.places.items() if _meets(row, place, site))
    if not found and len(mistakes) == known:
        mistakes.append(entry.mistake((), "conditions that at least one place meets", entry.data))
    return found


def _meets(row: PlacesRow, place: Place, site: Site) -> bool:
    return (
        (not row.kinds or place.kind in row.kinds)
        and (not row.keys or any(fnmatchcase(place.key, key) for key in row.keys))
        and (row.facility is None or row.facility is _is_facility(place))
        and (row.under is None or row.under in _way_up(place, site))
        and all(place.attributes.get(name) == value for name, value in row.attributes.items())
    )


def _is_facility(place: Place) -> bool:
    return place.cell == place.key and not KINDS[place.kind].aggregate


def _way_up(place: Place, site: Site) -> tuple[str, ...]:
    return (place.key, *(above.key for above in site.ancestors(place.key)))


def record_kinds(measure: str, catalogue: Catalogue) -> frozenset[str]:
    """The kinds of record a measure is made of; none for what the hub computes."""
    row = catalogue.row(measure)
    if isinstance(row, Measure | Accumulated):
        return frozenset({row.kind})
    if isinstance(row, Derived):
        return frozenset().union(*(record_kinds(key, catalogue) for key in row.inputs))
    return frozenset()


class Paces:
    """How often the sources of a site speak."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._slowest: dict[str, dict[str, float]] = {}
        """by record kind, of the sources that are right there"""
        for source in site.sources.values():
            slowest = self._slowest.setdefault(site.feeds[source.feed].kind, {})
            slowest[source.place] = max(slowest.get(source.place, 0.0), source.cadence_seconds)

    def cadences(self, places: Iterable[str], kinds: frozenset[str]) -> dict[str, float]:
        """τ by place: of the slowest source of these kinds there or below, if there is one."""
        slowest: dict[str, float] = {}
        for kind in kinds:
            for place, seconds in self._slowest.get(kind, {}).items():
                for key in _way_up(self._site.places[place], self._site):
                    slowest[key] = max(slowest.get(key, 0.0), seconds)
        return {
            key: max(slowest[key], AGGREGATE_CADENCE_SECONDS)
            if KINDS[self._site.places[key].kind].aggregate
            else slowest[key]
            for key in places
            if key in slowest
        }


def lateness(kinds: frozenset[str], site: Site, ordinary: float) -> float:
    """L of the latest feed of these kinds."""
    return max(
        (feed.lateness_seconds for feed in site.feeds.values() if feed.kind in kinds),
        default=ordinary,
    )
