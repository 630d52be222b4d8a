"""The replay process: plays the settings' recording as if its sensors were reporting now."""

from __future__ import annotations

from itertools import dropwhile

from connectors.replay import (
    KINDS,
    RecordingError,
    RecordingMap,
    load_mappings,
    open_recording,
    with_recording,
)
from streams.runtime import monitor
from streams.runtime.clock import SiteClock
from streams.runtime.publishing import Progress, Publisher
from streams.runtime.settings import Settings
from streams.site import load_site
from streams.site.model import Site


def settings_site(settings: Settings) -> Site:
    """The site of the settings; while a recording plays, with its sensors in their places.

    Raises SiteError, RecordingError.
    """
    site = load_site(settings.site_dir, settings.standards_dir)
    if settings.recording is None:
        return site
    mapping = mapping_of(settings, site, settings.recording)
    return with_recording(site, settings.recording, mapping)


def mapping_of(settings: Settings, site: Site, recording: str) -> RecordingMap:
    """How a recording plays at the site. Raises RecordingError for one without a mapping."""
    mappings = load_mappings(settings.site_dir, site, KINDS)
    if recording not in mappings:
        known = ", ".join(mappings)
        raise RecordingError(f"{site.key} has no mapping of {recording!r}", hint=f"one of {known}")
    return mappings[recording]


def run_replay(settings: Settings) -> None:
    """Started again on the same data folder, it goes on where it stopped, shifted to now."""
    if settings.recording is None:
        raise RecordingError("no recording to play", hint="set HUBWATCH_RECORDING to its name")
    site = load_site(settings.site_dir, settings.standards_dir)
    recording = open_recording(settings.recording)
    mapping = mapping_of(settings, site, settings.recording)
    clock = SiteClock.read(settings.clock_file)
    progress = Progress(settings.data_dir / "replay.json", settings.recording)
    played_ms = progress.played_ms() or 0
    begin_ms = clock.now_ms() - played_ms
    publisher = Publisher(settings, site, clock, progress, begin_ms)
    monitor.serve(settings.simulator_port, publisher, publisher.ready)
    emissions = recording.records(begin_ms, site, mapping)
    publisher.run(dropwhile(lambda e: e.at_ms <= begin_ms + played_ms, emissions))
