"""When a known course of values climbs a rule's ladder: a second opinion on the platform.

Written from the semantics of ladders, not from `streams.rules.ladder`: it sees the whole course at
once, knows no records, and keeps nothing from one value to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from streams.rules.rule import Rule, Step

Course = Sequence[tuple[int, float | None]]
"""(instant in Unix ms, value) in order; None while nothing is known"""


@dataclass(frozen=True, slots=True)
class Episode:
    """One alert: where its run began in event time, and the highest level it reached."""

    onset_ms: int
    level: int


def episodes(rule: Rule, course: Course) -> list[Episode]:
    """The alerts a course makes, in order."""
    found: list[Episode] = []
    start = 0
    while (raised := _raised(rule, course, start)) is not None:
        at, onset_ms = raised
        start, highest = _follow(rule, course, start, at)
        found.append(Episode(onset_ms, rule.steps[highest].level))
    return found


def _raised(rule: Rule, course: Course, start: int) -> tuple[int, int] | None:
    """Where a level is first reached, and the instant its run began."""
    for at in range(start, len(course)):
        for step in rule.steps:
            begun_ms = _reached(rule, step, course, start, at)
            if begun_ms is not None:
                return at, begun_ms
    return None


def _reached(rule: Rule, step: Step, course: Course, start: int, at: int) -> int | None:
    """When the run that has lasted long enough at `at` began; None while it has not."""
    begun = at + 1
    while begun > start and _beyond(rule, course[begun - 1][1], step.enter):
        begun -= 1
    if begun > at:
        return None
    begun_ms, at_ms = course[begun][0], course[at][0]
    return begun_ms if at_ms - begun_ms >= step.for_seconds * 1000 else None


def _follow(rule: Rule, course: Course, start: int, raised: int) -> tuple[int, int]:
    """Where the alert raised at an index is over, and the highest step it reaches."""
    current, highest, calm_ms = 0, 0, None
    for at in range(raised, len(course)):
        at_ms, value = course[at]
        reached = _highest(rule, course, start, at)
        if reached > current:
            current, highest, calm_ms = reached, max(highest, reached), None
        step = rule.steps[current]
        if value is None or _beyond(rule, value, step.exit, strictly=True):
            calm_ms = None
            continue
        calm_ms = at_ms if calm_ms is None else calm_ms
        if at_ms - calm_ms >= step.hold_seconds * 1000:
            staying = [
                index
                for index, lower in enumerate(rule.steps[:current])
                if _beyond(rule, value, lower.exit, strictly=True)
            ]
            if not staying:
                return at + 1, highest
            current, calm_ms = staying[-1], None
    return len(course), highest


def _highest(rule: Rule, course: Course, start: int, at: int) -> int:
    """The highest step reached at an index; 0 also where none is."""
    reached = (
        index
        for index, step in enumerate(rule.steps)
        if _reached(rule, step, course, start, at) is not None
    )
    return max(reached, default=0)


def _beyond(rule: Rule, value: float | None, threshold: float, *, strictly: bool = False) -> bool:
    if value is None:
        return False
    ahead = value - threshold if rule.rising else threshold - value
    return ahead > 0 if strictly else ahead >= 0
