"""A rule as data: a measure, the places it watches, a ladder of levels, and what to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Operator(StrEnum):
    """What is compared with the ladder's steps."""

    VALUE = "value"
    """the measure itself"""
    ABSENCE = "absence"
    """1 − coverage of the measure: the share of silent sources"""
    RATE = "rate"
    """Theil–Sen slope of the measure over `window_seconds`, per minute"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One level of a ladder. `exit` lies strictly on the safe side of `enter`."""

    level: int
    enter: float
    exit: float
    for_seconds: float = 0.0
    hold_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`rising` True: the value is bad when high. Levels 1 (lowest) to 4. Times are event time.

    `places` is a tuple of place keys, resolved from the selector when the rules are loaded.
    `text_zh`/`text_en` are format strings with {place}, {value}, {threshold}, {unit}, {level};
    `unit` is that of the measure.
    """

    key: str
    measure: str
    places: tuple[str, ...]
    steps: tuple[Step, ...]
    rising: bool
    title_zh: str
    title_en: str
    text_zh: str
    text_en: str
    clause: str
    audience: tuple[str, ...]
    operator: Operator = Operator.VALUE
    window_seconds: float = 0.0
    minimum_points: int = 3
    cadence_seconds: float = 60.0
    """τ of the measure at these places: a gap beyond 2τ starts a run anew"""
    cadence_by_place: Mapping[str, float] = field(default_factory=dict)
    """τ of the places where it is another"""
    lateness_seconds: float = 60.0
    """L of the feeds behind the measure: older values raise nothing until a newer one confirms"""
    valid_from_ms: int = 0
    unit: str = ""
