"""Where each measure should be known: at the places whose sources report what it is made of."""

from __future__ import annotations

from streams.fusion.measure import Accumulated, Catalogue, Derived, HubMeasure
from streams.site.model import Site


def reporting(site: Site, kind: str) -> frozenset[str]:
    """Places with a registered source of this record kind."""
    return frozenset(
        source.place for source in site.sources.values() if site.feeds[source.feed].kind == kind
    )


def expected_places(site: Site, catalogue: Catalogue, measure: str) -> frozenset[str]:
    """Places that can have all it needs from sources of their own, down to the records.

    Parents that only roll up are left out; none for what only the hub computes.
    """
    row = catalogue.row(measure)
    if isinstance(row, HubMeasure):
        return frozenset()
    if isinstance(row, Derived):
        inputs = (expected_places(site, catalogue, key) for key in row.inputs)
        places = frozenset.intersection(*inputs)
    else:
        places = reporting(site, row.kind)
    only = row.place_kinds if isinstance(row, (Derived, Accumulated)) else ()
    return frozenset(place for place in places if not only or site.places[place].kind in only)


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
