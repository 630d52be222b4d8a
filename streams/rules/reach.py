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
        rolled = {m for measures in below for m in measures if catalogue.rolling(m)}
        have = {*_own(place, site, catalogue), *rolled}
        derived = catalogue.applicable(place, have)
        found[place.key] = frozenset(have.union(row.key for row in derived))
    return found


def _own(place: Place, site: Site, catalogue: Catalogue) -> Iterator[str]:
    kinds = {feed.kind for feed in site.feeds.values() if place.key in feed.places}
    for measure in catalogue.measures.values():
        if measure.kind in kinds:
            yield measure.key
    for row in catalogue.accumulated.values():
        if row.kind in kinds and (not row.place_kinds or place.kind in row.place_kinds):
            yield row.key
