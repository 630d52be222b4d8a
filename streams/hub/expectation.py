"""Where each measure should be known: at the places whose sources report what it is made of."""

from __future__ import annotations

from streams.fusion.measure import Accumulated, Catalogue, Derived, HubMeasure
from streams.site.model import Site


def kinds_behind(catalogue: Catalogue, measure: str) -> frozenset[str]:
    """Record kinds a measure needs; none for what only the hub computes."""
    row = catalogue.row(measure)
    if isinstance(row, HubMeasure):
        return frozenset()
    if isinstance(row, Derived):
        return frozenset().union(*(kinds_behind(catalogue, key) for key in row.inputs))
    return frozenset({row.kind})


def reporting(site: Site) -> dict[str, frozenset[str]]:
    """Record kinds the registered sources of each place publish."""
    kinds: dict[str, set[str]] = {}
    for source in site.sources.values():
        kinds.setdefault(source.place, set()).add(site.feeds[source.feed].kind)
    return {place: frozenset(found) for place, found in kinds.items()}


def expected_places(site: Site, catalogue: Catalogue, measure: str) -> frozenset[str]:
    """Places with sources of all the kinds it needs; parents that only roll up are left out."""
    needed = kinds_behind(catalogue, measure)
    row = catalogue.row(measure)
    only = row.place_kinds if isinstance(row, (Derived, Accumulated)) else ()
    return frozenset(
        place
        for place, kinds in reporting(site).items()
        if needed and needed <= kinds and (not only or site.places[place].kind in only)
    )


def critical_pairs(site: Site, catalogue: Catalogue) -> tuple[tuple[str, str], ...]:
    """(place, measure) of everything whose loss makes the site blind."""
    return tuple(
        (place, key)
        for key in catalogue.cell_keys()
        if _is_critical(catalogue, key)
        for place in sorted(expected_places(site, catalogue, key))
    )


def _is_critical(catalogue: Catalogue, key: str) -> bool:
    row = catalogue.row(key)
    return not isinstance(row, HubMeasure) and row.critical
