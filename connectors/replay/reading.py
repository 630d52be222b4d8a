"""What a recording holds, before it is given a place: readings, and an account of every line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, NamedTuple

from schemas.errors import HubwatchError


class Reading(NamedTuple):
    """One observation of a recorded sensor, made of `lines` lines (or cells) of the file."""

    sensor: str
    observed_ms: int
    fields: dict[str, int | float]
    lines: int


@dataclass(slots=True)
class Account:
    """Where every line of a recording went: lines = told + left out, always.

    `told` counts lines that became part of a record. `left_out` says why the others did not:
    `malformed`, `unpaired` (a flow without its speed, or the reverse), `unmapped` (no place is
    given for the sensor), `before-begin`, `repeated`, `no-count`.
    """

    lines: int = 0
    told: int = 0
    records: int = 0
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def balanced(self) -> bool:
        return self.lines == self.told + self.left_out.total()


class RecordingError(HubwatchError):
    """A recording that is not there or cannot be read."""

    code: ClassVar[str] = "HW-1701"

    @classmethod
    def absent(cls, path: Path) -> RecordingError:
        return cls(
            f"recording not found: {path}",
            hint="set HUBWATCH_RECORDINGS to the folder that holds the recordings",
        )
