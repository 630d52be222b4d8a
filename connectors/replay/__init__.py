"""Recordings of real sensors, played as ordinary feeds of a site."""

from connectors.replay.mapping import RecordingMap, load_mappings
from connectors.replay.reading import Account, RecordingError
from connectors.replay.recording import KINDS, Recording, open_recording, with_recording

__all__ = [
    "KINDS",
    "Account",
    "Recording",
    "RecordingError",
    "RecordingMap",
    "load_mappings",
    "open_recording",
    "with_recording",
]
