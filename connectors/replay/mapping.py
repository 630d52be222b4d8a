"""recordings.yaml: the feed of a site a recording plays as, and the place of each sensor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import AwareDatetime, Field

from schemas.record import Identifier, Key
from streams.site.entry import Entry, read_yaml
from streams.site.mistake import Mistake, SiteError, one_of
from streams.site.model import Site
from streams.site.parts import check_parts
from streams.site.rows import Row, Text

FILE = "recordings.yaml"


class RecordingMap(Row):
    """recordings.yaml: one recording"""

    feed: Key = Field(description="feed of the site the records are published under")
    begin: AwareDatetime = Field(description="instant of the recording to start from")
    cadence_seconds: float = Field(gt=0, description="time between two readings of a sensor")
    note: Text = ""
    places: dict[Identifier, Key] = Field(min_length=1, description="place of each sensor")

    @property
    def begin_ms(self) -> int:
        return round(self.begin.timestamp() * 1000)


class RecordingsFile(Row):
    """recordings.yaml"""

    recordings: dict[Identifier, RecordingMap] = Field(min_length=1)


def load_mappings(folder: Path, site: Site, kinds: Mapping[str, str]) -> Mapping[str, RecordingMap]:
    """How each recording plays at a site; `kinds` gives the record kind of each recording.

    Raises SiteError with every mistake of the file.
    """
    mistakes: list[Mistake] = []
    entry = read_yaml(folder / FILE, mistakes)
    found = check_parts(entry, RecordingsFile, mistakes)
    if found is not None:
        for name, mapping in found.recordings.items():
            mistakes += _wrong(entry, name, mapping, site, kinds)
    if found is None or mistakes:
        raise SiteError(folder, mistakes)
    return found.recordings


def _wrong(
    entry: Entry, name: str, mapping: RecordingMap, site: Site, kinds: Mapping[str, str]
) -> Iterable[Mistake]:
    """What does not fit the site or the recordings that can be read."""
    if name not in kinds:
        yield entry.mistake(("recordings", name), one_of(kinds, name), name)
        return
    fitting = [feed.key for feed in site.feeds.values() if feed.kind == kinds[name]]
    if mapping.feed not in fitting:
        yield entry.mistake(("recordings", name, "feed"), one_of(fitting, mapping.feed))
        return
    granted = site.feeds[mapping.feed].places
    for sensor, place in mapping.places.items():
        if place not in granted:
            yield entry.mistake(("recordings", name, "places", sensor), one_of(granted, place))
