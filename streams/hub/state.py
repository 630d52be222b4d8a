"""All the hub remembers from one step to the next: small, plain, held by a snapshot."""

from __future__ import annotations

import msgspec

from streams.hub.settings import ModeKind

VERSION = 1


class ModeMemory(msgspec.Struct):
    """Queue of a mode between `low` and `high` at the last step, and how it was changing then."""

    low: float
    likely: float
    high: float
    counted: bool
    """the queue was counted at the last step, not carried by the balance"""
    demand: float | None = None
    capacity: float | None = None
    """persons in 5 minutes from the last step on; None while unknown"""
    last_departure_ms: int | None = None


class CountedSplit(msgspec.Struct):
    """Persons counted by kind of mode, exponentially weighted; `steps` is the weight so far."""

    persons: dict[ModeKind, float]
    steps: float = 0.0


class LearntKernel(msgspec.Struct):
    """`out` and `predicted` are weighted sums of persons: gates may count a part of them only."""

    shares: list[float]
    steps: int = 0
    out: float = 0.0
    predicted: float = 0.0


class Promise(msgspec.Struct, array_like=True):
    """A forecast of a queue, to be compared with the count at `due_ms`."""

    due_ms: int
    low: float
    likely: float
    high: float


class Score(msgspec.Struct):
    """Exponentially weighted hits and errors (persons) of a mode's forecasts."""

    promises: list[Promise]
    weight: float = 0.0
    hits: float = 0.0
    error: float = 0.0


class CriterionMemory(msgspec.Struct):
    """Levels seen within the hold time as (instant, level), each higher than all that follow."""

    seen: list[tuple[int, int]]
    known: int = 1
    deciders: list[str] = []
    """level at the last time its inputs were known, and the places that gave it"""


class HubState(msgspec.Struct):
    version: int = VERSION
    at_ms: int = 0
    modes: dict[str, ModeMemory] = {}
    splits: dict[str, CountedSplit] = {}
    kernels: dict[str, LearntKernel] = {}
    scores: dict[str, Score] = {}
    criteria: dict[str, CriterionMemory] = {}
