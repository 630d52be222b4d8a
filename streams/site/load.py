"""The one way to a `Site`: its folder of text files, checked as a whole."""

from __future__ import annotations

from pathlib import Path

from streams.site.days import read_calendar, with_maintenance
from streams.site.departments import read_departments, read_sources
from streams.site.entry import read_yaml
from streams.site.mistake import Mistake, SiteError
from streams.site.model import Site
from streams.site.places import read_places
from streams.site.rows import SiteRow, check
from streams.site.standards import read_standards

FREE_SETTINGS = ("dispersal",)
"""Files NAME.yaml whose content is kept as it is under `Site.settings[NAME]`."""


def load_site(folder: Path, standards: Path | None = None) -> Site:
    """The site of a folder like deploy/sites/hongqiao, with the standards of deploy/standards.

    `standards` is ../../standards seen from the folder where it is not given. Raises SiteError with
    every mistake of every file; where the places or the departments cannot be read at all, without
    those of the files that refer to them.
    """
    mistakes: list[Mistake] = []
    entry = read_yaml(folder / "site.yaml", mistakes)
    if mistakes and not entry.data:
        raise SiteError(folder, mistakes)
    site = check(entry, SiteRow, mistakes)
    if site is None:
        raise SiteError(folder, mistakes)
    places = read_places(folder / "places.csv", site.key, mistakes)
    if not places.written:
        raise SiteError(folder, mistakes)
    found = read_departments(folder / "departments.yaml", places, mistakes)
    if not found.written:
        raise SiteError(folder, mistakes)
    sources = read_sources(folder / "sources.csv", found, places, mistakes)
    calendar = read_calendar(folder / "calendar.yaml", mistakes)
    sources = with_maintenance(sources, calendar, found.written, mistakes)
    rows = read_standards(standards or folder.parent.parent / "standards", site.timezone, mistakes)
    settings = dict(site.settings)
    for name in FREE_SETTINGS:
        if (folder / f"{name}.yaml").exists():
            settings[name] = read_yaml(folder / f"{name}.yaml", mistakes).data
    if mistakes:
        raise SiteError(folder, mistakes)
    return Site(
        key=site.key,
        name_zh=site.name_zh,
        name_en=site.name_en,
        timezone=site.timezone,
        area=site.area,
        places=places.found,
        departments=found.departments,
        feeds=found.feeds,
        sources=sources,
        standards=rows,
        days=calendar.days,
        day_types=calendar.day_types,
        settings=settings,
    )
