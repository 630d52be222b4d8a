"""The hub's two site files, checked against the site they belong to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from streams.fusion.measure import Catalogue
from streams.hub.criteria import Criterion, Operating
from streams.hub.settings import (
    ArrivalSource,
    Dispersal,
    Lanes,
    Line,
    Mode,
    Walkway,
    density_key,
    flow_key,
)
from streams.hub.split import over_modes
from streams.site.entry import Entry, Location, read_yaml
from streams.site.mistake import Mistake, SiteError, one_of
from streams.site.model import Site
from streams.site.rows import check

BLINDNESS = "site.blindness_ratio"
NEEDED = {Lanes: "exit_lanes", Walkway: "width_m"}


@dataclass(frozen=True, slots=True)
class HubSettings:
    dispersal: Dispersal
    operating: Operating


def load_hub(folder: Path, site: Site, catalogue: Catalogue) -> HubSettings:
    """dispersal.yaml and operating_level.yaml of a site folder.

    Raises SiteError with every mistake of both.
    """
    mistakes: list[Mistake] = []
    file = read_yaml(folder / "dispersal.yaml", mistakes)
    dispersal = check(file, Dispersal, mistakes)
    if dispersal is not None:
        mistakes += _dispersal(file, dispersal, site, catalogue)
    file = read_yaml(folder / "operating_level.yaml", mistakes)
    operating = check(file, Operating, mistakes)
    if operating is not None:
        mistakes += _operating(file, operating, site, catalogue)
    if dispersal is None or operating is None or mistakes:
        raise SiteError(folder, mistakes)
    return HubSettings(dispersal, operating)


Named = tuple[Location, str]
"""where a name stands, and the name"""


def _dispersal(
    file: Entry, dispersal: Dispersal, site: Site, catalogue: Catalogue
) -> Iterable[Mistake]:
    sources = [source.place for source in dispersal.sources]
    modes = [mode.place for mode in dispersal.modes]
    yield from _unknown(file, _places(dispersal), site.places)
    yield from _unknown(file, _measures(dispersal), (*catalogue.cell_keys(), *catalogue.hub))
    yield from _unknown(file, _of_sources(dispersal), sources)
    yield from _unknown(file, _of_modes(dispersal), modes)
    yield from _twice(file, "sources", sources)
    yield from _twice(file, "modes", modes)
    for index, split in enumerate(dispersal.splits):
        named = ((("splits", index, "day_types", n), d) for n, d in enumerate(split.day_types))
        yield from _unknown(file, named, site.day_types)
    for index, mode in enumerate(dispersal.modes):
        yield from _mode(file, ("modes", index), mode, dispersal, site)
    for index, source in enumerate(dispersal.sources):
        yield from _split(file, ("sources", index), source, dispersal, site)


def _places(dispersal: Dispersal) -> Iterable[Named]:
    yield ("hub",), dispersal.hub
    for index, source in enumerate(dispersal.sources):
        at = ("sources", index)
        yield (*at, "place"), source.place
        for n, gate in enumerate(source.exit_gates):
            yield (*at, "exit_gates", n), gate
        for kind, counts in source.counts.items():
            for n, count in enumerate(counts):
                yield (*at, "counts", kind, n, "place"), count.place
    for index, mode in enumerate(dispersal.modes):
        yield ("modes", index, "place"), mode.place
        for n, place in enumerate(mode.queue.places if mode.queue else ()):
            yield ("modes", index, "queue", "places", n), place
        for n, place in enumerate(mode.waiting.areas if mode.waiting else ()):
            yield ("modes", index, "waiting", "areas", n), place


def _measures(dispersal: Dispersal) -> Iterable[Named]:
    for index, source in enumerate(dispersal.sources):
        at = ("sources", index)
        if source.outflow:
            yield (*at, "outflow", "leaving"), source.outflow.leaving
            if source.outflow.inside:
                yield (*at, "outflow", "inside"), source.outflow.inside
        for kind, counts in source.counts.items():
            for n, count in enumerate(counts):
                yield (*at, "counts", kind, n, "measure"), count.measure
    for index, mode in enumerate(dispersal.modes):
        if mode.queue:
            yield ("modes", index, "queue", "measure"), mode.queue.measure


def _of_sources(dispersal: Dispersal) -> Iterable[Named]:
    for index, mode in enumerate(dispersal.modes):
        for n, place in enumerate(mode.serves):
            yield ("modes", index, "serves", n), place
    for index, option in enumerate(dispersal.options):
        if option.do == "meter":
            yield ("options", index, "place"), option.place


def _of_modes(dispersal: Dispersal) -> Iterable[Named]:
    for index, mode in enumerate(dispersal.modes):
        for place in mode.diverts_to:
            yield ("modes", index, "diverts_to", place), place
    for index, option in enumerate(dispersal.options):
        if option.do != "meter":
            for n, place in enumerate(option.modes):
                yield ("options", index, "modes", n), place


def _unknown(file: Entry, named: Iterable[Named], known: Iterable[str]) -> Iterable[Mistake]:
    words = frozenset(known)
    for at, name in named:
        if name not in words:
            yield file.mistake(at, one_of(words, name), name)


def _twice(file: Entry, group: str, names: list[str]) -> Iterable[Mistake]:
    for index, name in enumerate(names):
        if name in names[:index]:
            yield file.mistake((group, index, "place"), "each place once")


def _mode(
    file: Entry, at: Location, mode: Mode, dispersal: Dispersal, site: Site
) -> Iterable[Mistake]:
    place = site.places.get(mode.place)
    needed = NEEDED.get(type(mode.capacity), "")
    if place and needed and place.number(needed) is None:
        yield file.mistake((*at, "capacity", "by"), f"a place with {needed} in places.csv")
    if isinstance(mode.capacity, Line) and mode.service is None:
        yield file.mistake((*at, "service"), "first and last: a line that is silent may have ended")
    if mode.kind not in dispersal.capacity_spread:
        yield file.mistake(("capacity_spread",), f"a spread for {mode.kind}", "")
    if mode.waiting and not mode.waiting.limit_persons:
        areas = [site.places[key].area_m2 for key in mode.waiting.areas if key in site.places]
        if not areas or None in areas:
            allowed = "limit_persons, or areas of places that have area_m2"
            yield file.mistake((*at, "waiting"), allowed, mode.waiting.areas)
    standards = {row.key for row in site.standards}
    for key in _standards(mode):
        if key not in standards:
            yield file.mistake(at, f"{key} in deploy/standards", mode.place)


def _standards(mode: Mode) -> Iterable[str]:
    """Standards without which the mode would never be known, or never full."""
    if mode.waiting and not mode.waiting.limit_persons:
        yield density_key(mode.waiting.level_of_service)
    if isinstance(mode.capacity, Walkway):
        yield flow_key(mode.capacity.level_of_service)


def _split(
    file: Entry, at: Location, source: ArrivalSource, dispersal: Dispersal, site: Site
) -> Iterable[Mistake]:
    """Every hour of every kind of day has a split, and every kind in it a mode that serves."""
    for day_type in site.day_types:
        for hour in range(24):
            shares = dispersal.shares(source, day_type, hour)
            where = f"{day_type} {hour}:00"
            if shares is None:
                yield file.mistake(at, f"a split for {source.kind}, {where}", source.place)
                return
            if abs(sum(over_modes(dispersal, source, shares)) - 1.0) > 1e-6:
                allowed = f"a mode that serves it for each kind its split names, {where}"
                yield file.mistake(at, allowed, source.place)
                return


def _operating(
    file: Entry, operating: Operating, site: Site, catalogue: Catalogue
) -> Iterable[Mistake]:
    measures = (*catalogue.cell_keys(), *catalogue.hub)
    for index, criterion in enumerate(operating.criteria):
        at: Location = ("criteria", index)
        yield from _unknown(file, [((*at, "measure"), criterion.measure)], measures)
        if criterion.enough:
            named = (*at, "enough", "measure"), criterion.enough.measure
            yield from _unknown(file, [named], measures)
        yield from _criterion(file, at, criterion, site)
    if not any(criterion.measure == BLINDNESS for criterion in operating.criteria):
        yield file.mistake(("criteria",), f"one criterion must read {BLINDNESS}", "")


def _criterion(file: Entry, at: Location, criterion: Criterion, site: Site) -> Iterable[Mistake]:
    if (criterion.read == "count") != (criterion.counts_from is not None):
        yield file.mistake((*at, "counts_from"), "a number for read: count, and for that only")
    for n, pattern in enumerate(criterion.places):
        if not any(fnmatchcase(key, pattern) for key in site.places):
            yield file.mistake((*at, "places", n), one_of(site.places, pattern))
    if not any(criterion.chooses(place) for place in site.places.values()):
        yield file.mistake(at, "places, kinds and where that choose a place", criterion.key)
