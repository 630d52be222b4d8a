"""The log file of a server, and what its end says."""

from __future__ import annotations

from pathlib import Path

KEPT_BYTES = 8_000_000
TAIL_BYTES = 8192
LONGEST = 300


def last_words(text: str) -> str:
    """The last line that is not indented (the lines of a trace are), shortened; may be empty."""
    lines = (line for line in reversed(text.split("\n")) if line[:1].strip())
    return next(lines, "")[:LONGEST]


def last_words_of(path: Path) -> str:
    """The same of a log file."""
    if not path.exists():
        return ""
    with path.open("rb") as log:
        log.seek(max(0, path.stat().st_size - TAIL_BYTES))
        return last_words(log.read().decode("utf-8", "replace"))


def turn(path: Path) -> None:
    """Sets a log that has grown past 8 MB aside as `.log.1`, in place of an older one."""
    if path.exists() and path.stat().st_size > KEPT_BYTES:
        path.replace(path.with_suffix(".log.1"))
