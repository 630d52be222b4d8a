"""Recordings of real sensors, played as ordinary feeds of a site."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter
from pathlib import Path

from connectors.replay import metro_beijing, pedestrians_melbourne, road_ndw
from connectors.replay.mapping import RecordingMap
from connectors.replay.reading import Account, Reading, RecordingError
from schemas.catalogue import kinds
from schemas.emission import Emission
from schemas.record import Record
from streams.site.model import Site, Source

FOLDER_VARIABLE = "HUBWATCH_RECORDINGS"
DEFAULT_FOLDER = Path("../shared/data")
SENT_AFTER_MS = 500
"""from the end of what a reading counts to the record"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A recording that can be read: its main file, its record kind, its reader."""

    name: str
    file: str
    kind: str
    read: Callable[[Path, Account], Iterator[Reading]]


FORMATS: Mapping[str, Format] = {
    row.name: row
    for row in (
        Format(name="road-ndw", file=road_ndw.FILE, kind="road_flow", read=road_ndw.read),
        Format(
            name="metro-beijing",
            file=metro_beijing.FILE,
            kind="gate_count",
            read=metro_beijing.read,
        ),
        Format(
            name="pedestrians-melbourne",
            file=pedestrians_melbourne.FILE,
            kind="gate_count",
            read=pedestrians_melbourne.read,
        ),
    )
}
KINDS: Mapping[str, str] = {name: row.kind for name, row in FORMATS.items()}


@dataclass(slots=True)
class Recording:
    """One recording on disk; `account` fills while its records are read."""

    format: Format
    path: Path
    account: Account = field(default_factory=Account)

    def records(self, start_ms: int, site: Site, mapping: RecordingMap) -> Iterator[Emission]:
        """Emissions in order, shifted in time so that the instant `begin` becomes `start_ms`.

        Every record says `simulated: false` and names its recording. Raises RecordingError when a
        file cannot be read.
        """
        self.account = account = Account()
        feed, model = site.feeds[mapping.feed], kinds()[self.format.kind]
        shift_ms = start_ms - mapping.begin_ms
        for reading in self._wanted(mapping):
            place = site.places[mapping.places[reading.sensor]]
            observed_ms = reading.observed_ms + shift_ms
            record = _record(model, self.format.name, feed.key, place.key, observed_ms, reading)
            account.told += reading.lines
            account.records += 1
            yield Emission(observed_ms + SENT_AFTER_MS, feed.department, place.cell, record)

    def _wanted(self, mapping: RecordingMap) -> list[Reading]:
        """Readings of the sensors that have a place, from `begin` on, in the order of time."""
        left_out = self.account.left_out
        wanted: dict[tuple[int, str], Reading] = {}
        for reading in self.format.read(self.path, self.account):
            instant = (reading.observed_ms, reading.sensor)
            if reading.sensor not in mapping.places:
                left_out["unmapped"] += reading.lines
            elif reading.observed_ms < mapping.begin_ms:
                left_out["before-begin"] += reading.lines
            elif instant in wanted:
                left_out["repeated"] += reading.lines
            else:
                wanted[instant] = reading
        return sorted(wanted.values(), key=attrgetter("observed_ms", "sensor"))


def open_recording(name: str, folder: Path | None = None) -> Recording:
    """A recording by name. Raises RecordingError, naming the file, when it is not there."""
    found = FORMATS.get(name)
    if found is None:
        known = ", ".join(FORMATS)
        raise RecordingError(f"no recording is called {name}", hint=f"one of {known}")
    path = (folder or recordings_folder()) / found.file
    if not path.exists():
        raise RecordingError.absent(path)
    return Recording(found, path)


def recordings_folder() -> Path:
    """$HUBWATCH_RECORDINGS, else ../shared/data seen from the working directory."""
    return Path(os.environ.get(FOLDER_VARIABLE) or DEFAULT_FOLDER)


def with_recording(site: Site, name: str, mapping: RecordingMap) -> Site:
    """The site as it is while a recording plays: its sensors in place of those registered there.

    Other sensors of the same kind at these places are not expected to report, so that coverage and
    freshness judge what is really there.
    """
    kind, heard = KINDS[name], set(mapping.places.values())
    kept = {
        key: source
        for key, source in site.sources.items()
        if source.place not in heard or site.feeds[source.feed].kind != kind
    }
    for sensor, place in mapping.places.items():
        key = _source(name, sensor)
        kept[mapping.feed, key] = Source(
            key=key, feed=mapping.feed, place=place, cadence_seconds=mapping.cadence_seconds
        )
    return replace(site, sources=kept)


def _source(name: str, sensor: str) -> str:
    return f"{name}/{sensor}"


def _record(
    model: type[Record], name: str, feed: str, place: str, observed_ms: int, reading: Reading
) -> Record:
    source = _source(name, reading.sensor)
    return model.model_validate(
        {
            "id": f"{source}-{observed_ms}",
            "feed": feed,
            "source": source,
            "place": place,
            "observed_at_ms": observed_ms,
            "recording": name,
            **reading.fields,
        }
    )
