"""Who should report: the registered sources of a record kind at a place."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from streams.fusion.measure import Context
from streams.site.model import Site, Source


def due_sources(context: Context, kind: str) -> tuple[Source, ...]:
    """Sources of the place itself that should report now: not those in maintenance."""
    return _due(context.site, context.place.key, kind, context.at_ms)


def count_due(context: Context, kind: str) -> int:
    """How many sources should report now, counted as values roll up: those of the place itself, or,
    where it has none, those of the places below it.
    """
    return _count(context.site, context.place.key, kind, context.at_ms)


def name_of(feed: str, source: str) -> str:
    """One text for what identifies a source, for the keys of a state."""
    return f"{feed}/{source}"


def _count(site: Site, place: str, kind: str, at_ms: int) -> int:
    if place in _by_place(site, kind):
        return len(_due(site, place, kind, at_ms))
    return sum(_count(site, child.key, kind, at_ms) for child in site.children.get(place, ()))


def _due(site: Site, place: str, kind: str, at_ms: int) -> tuple[Source, ...]:
    return tuple(
        source
        for source in _by_place(site, kind).get(place, ())
        if not any(start_ms <= at_ms < end_ms for start_ms, end_ms in source.maintenance)
    )


@lru_cache(maxsize=64)
def _by_place(site: Site, kind: str) -> Mapping[str, tuple[Source, ...]]:
    found: dict[str, tuple[Source, ...]] = {}
    for source in site.sources.values():
        if site.feeds[source.feed].kind == kind:
            found[source.place] = (*found.get(source.place, ()), source)
    return found
