"""What a ladder remembers between two steps; all of it goes into the snapshot of its cell."""

from __future__ import annotations

import msgspec

from schemas.alert import Alert
from schemas.value import Value
from streams.rules.reading import Point


class Timers(msgspec.Struct, frozen=True, array_like=True):
    """What has held since when, as of one evaluation. Event time; the clock for absence."""

    at_ms: int = 0
    """the evaluation"""
    entered_ms: tuple[int, ...] = ()
    """since when each step is entered without a gap: as many as are entered, lowest first"""
    left_ms: int | None = None
    """since when the exit of the level held is satisfied without a gap"""


ANEW = Timers()


class LadderState(msgspec.Struct, omit_defaults=True):
    """Starts asleep, which is level 0 with nothing under way, and returns to it after each episode.

    `before` holds the timers as of the evaluation before `timers.at_ms`: a value revised at the
    same instant is judged from there, so that what lasts depends on the final values only.
    """

    awake: bool = False
    alert: Alert | None = None
    """newest version of the open alert"""
    timers: Timers = ANEW
    before: Timers = ANEW
    evidence: Value | None = None
    """the value judged last"""
    told_ms: int = 0
    """time of the evaluation behind the newest version"""
    unknown_since_ms: int | None = None
    """clock; while set, the ladder is frozen"""
    transitions_ms: tuple[int, ...] = ()
    chattering: bool = False
    cleared_ms: int = 0
    """end of the last episode: the onset of the next one lies after it"""
    rule_digest: str = ""
    seen_ms: int = 0
    """absence: observed_at of the newest value before its sources fell silent"""
    points: tuple[Point, ...] = ()
    """rate: the recent past"""

    @property
    def level(self) -> int:
        """0 while no alert is open."""
        return self.alert.level if self.alert else 0

    @property
    def frozen(self) -> bool:
        """An alert is open and its value unknown."""
        return self.unknown_since_ms is not None

    @property
    def heeds_clock(self) -> bool:
        """Time alone may bring something: silence that lasts, or two minutes of the unknown."""
        if not self.awake or self.evidence is not None:
            return self.awake
        return self.frozen and self.alert is not None and self.alert.state != "unknown"

    def sleep(self) -> None:
        """Nothing is open or under way; only what the next episode must know is kept."""
        self.awake = False
        self.alert = None
        self.timers = self.before = ANEW
        self.evidence = None
        self.unknown_since_ms = None
        self.rule_digest = ""
