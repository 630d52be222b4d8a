"""For how long a ladder that is awake may be left alone: what it would not answer."""

from __future__ import annotations

from collections.abc import Collection
from math import inf, nextafter
from typing import NamedTuple

from schemas.alert import Alert
from schemas.value import Value
from streams.rules.ladder import CALM_AFTER_MS, EVIDENCE_EVERY_MS, Ladder
from streams.rules.rule import Operator
from streams.rules.state import LadderState, Timers


class Rest(NamedTuple):
    """A value from `low` to `high` that is of before `until_ms` and tells nothing new of `alert`
    would only move the instants of the timers.

    New is what makes the alert doubtful or not, and from `report_ms` on any other number.
    """

    low: float
    high: float
    until_ms: float
    report_ms: float = inf
    alert: Alert | None = None

    def covers(self, value: Value, reading: float, at_ms: int, *, suspect: bool) -> bool:
        """`reading`, `at_ms` and `suspect` are those of the value, no older than the one before
        and without a gap after it."""
        if not self.low <= reading <= self.high or at_ms >= self.until_ms:
            return False
        alert = self.alert
        return alert is None or (
            alert.suspect is suspect
            and (
                at_ms < self.report_ms
                or (alert.value == reading and alert.contributors == value.contributors)
            )
        )


RESTLESS = Rest(inf, -inf, -inf)
"""covers nothing"""


def rest_of(ladder: Ladder, state: LadderState) -> Rest:
    """The rest of a ladder that has just judged a value."""
    timers, alert = state.timers, state.alert
    ladder = ladder.generation(timers.at_ms)
    terms = ladder.terms
    if (
        ladder.rule.operator is not Operator.VALUE
        or state.rule_digest != terms.digest
        or state.frozen
        or not (alert or timers.entered_ms)
    ):
        return RESTLESS
    met = len(timers.entered_ms)
    low = terms.enters[met - 1] if met else -inf
    high = nextafter(terms.enters[met], -inf) if met < len(terms.enters) else inf
    rungs = zip(terms.levels, terms.for_ms, timers.entered_ms, strict=False)
    until_ms = [
        ladder.until_ms,
        *(since_ms + for_ms for level, for_ms, since_ms in rungs if level > state.level),
    ]
    if state.chattering:
        until_ms.append(state.transitions_ms[-1] + CALM_AFTER_MS)
    if alert is not None:
        index = ladder.index(alert.level)
        leave = terms.exits[index]
        if timers.left_ms is None:
            low = max(low, nextafter(leave, inf))
        else:
            high = min(high, leave)
            until_ms.append(timers.left_ms + terms.hold_ms[index])
    if terms.sign < 0:
        low, high = -high, -low
    report_ms = state.told_ms + EVIDENCE_EVERY_MS if alert else inf
    return Rest(low, high, min(until_ms), report_ms, alert)


def common(rests: Collection[Rest]) -> Rest:
    """Covers what all of them cover, or somewhat less."""
    alerts = [rest.alert for rest in rests if rest.alert is not None]
    if len({alert.suspect for alert in alerts}) > 1:
        return RESTLESS
    report_ms = min(rest.report_ms for rest in rests)
    until_ms = min(rest.until_ms for rest in rests)
    if len({(alert.value, alert.contributors) for alert in alerts}) > 1:
        until_ms = min(until_ms, report_ms)
    low, high = max(rest.low for rest in rests), min(rest.high for rest in rests)
    return Rest(low, high, until_ms, report_ms, alerts[0] if alerts else None)


def catch_up(state: LadderState, before_ms: int, at_ms: int) -> None:
    """Moves the timers of a ladder at rest to the newest of the values it was not shown;
    `before_ms` is the instant of the value before that."""
    timers = state.timers
    if at_ms > timers.at_ms:
        state.before = _moved(timers, before_ms)
        state.timers = _moved(timers, at_ms)


def _moved(timers: Timers, at_ms: int) -> Timers:
    return Timers(at_ms, timers.entered_ms, timers.left_ms)
