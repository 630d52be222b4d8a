"""Which measures a place can ever have: those of the feeds granted there, and what follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from streams.fusion.measure import Catalogue
from streams.site.model import Place, Site


def measures_by_place(site: Site, catalogue: Catalogue) -> Mapping[str, frozenset[str]]:
    """By place key; without what the hub computes, whose places its own settings name."""
    found: dict[str, frozenset[str]] = {}
    for place in sorted(site.places.values(), key=lambda place: -len(site.ancestors(place.key))):
        below = (found[child.key] for child in site.children.get(place.key, ()))
        rolled = {m for measures in below for m in measures if _rolls_up(m, catalogue)}
        found[place.key] = _with_derived({*_own(place, site, catalogue), *rolled}, place, catalogue)
    return found


def _own(place: Place, site: Site, catalogue: Catalogue) -> Iterator[str]:
    kinds = {feed.kind for feed in site.feeds.values() if place.key in feed.places}
    for measure in catalogue.measures.values():
        if measure.kind in kinds:
            yield measure.key
    for row in catalogue.accumulated.values():
        if row.kind in kinds and (not row.place_kinds or place.kind in row.place_kinds):
            yield row.key


def _rolls_up(measure: str, catalogue: Catalogue) -> bool:
    rows = (catalogue.measures, catalogue.accumulated, catalogue.derived)
    return any(measure in table and table[measure].roll_up is not None for table in rows)


def _with_derived(have: set[str], place: Place, catalogue: Catalogue) -> frozenset[str]:
    """Derived rows whose inputs are there, until no more follow."""
    possible = [
        row
        for row in catalogue.derived.values()
        if not row.place_kinds or place.kind in row.place_kinds
    ]
    while new := {r.key for r in possible if r.key not in have and have.issuperset(r.inputs)}:
        have |= new
    return frozenset(have)
