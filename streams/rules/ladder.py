"""The operator behind every alert: levels climbed and left with duration and hysteresis.

A value reaches a level when it has satisfied its `enter` at every evaluation, without a gap beyond
2τ, for `for_seconds`; it leaves the level when it has satisfied its `exit` likewise for
`hold_seconds`, down to the highest level whose exit is not satisfied. Unknown freezes all that.
See docs/reference/rules.md.

Time is event time, so that a replay finds the same alerts however its batches are cut: the value of
an instant may be judged more than once while its records come in, and each judgement replaces the
one before. Only absence and the two minutes before an alert turns unknown follow the clock.
"""

from __future__ import annotations

from bisect import bisect_right
from math import inf

from schemas.alert import Alert
from schemas.value import Value
from streams.rules.reading import silent_share, slope_per_minute, with_point
from streams.rules.rule import Operator, Rule
from streams.rules.state import ANEW, LadderState, Timers
from streams.rules.terms import Terms
from streams.rules.versions import Versions, unknown
from streams.site.model import Place, Site

GAP_CADENCES = 2
SILENT_CADENCES = 5
UNKNOWN_AFTER_MS = 120_000
UNDERWAY_MS = 120_000
"""what cadence, batching and roll-up may add to the lateness of a value of now"""
EVIDENCE_EVERY_MS = 60_000
CHATTER_TRANSITIONS = 4
CHATTER_WITHIN_MS = 15 * 60_000
CALM_AFTER_MS = 30 * 60_000
CHATTER_HOLD_FACTOR = 2
UNWATCHED_MS = 5 * 60_000
"""absence: a clock that stood still for longer saw nothing meanwhile (the platform was down)"""


__all__ = ["Ladder", "LadderState"]


class Ladder:
    """One rule at one place. Keeps no state: it is passed in, and changed in place.

    `successor` is the same rule as it will be from its `valid_from_ms` on: values observed from
    then on are judged by it. `terms` are those of the rule, where they are at hand. A gap between
    two values that is longer than `gap_ms` starts a run anew.
    """

    __slots__ = (
        "_absence",
        "_digest",
        "_enters",
        "_exits",
        "_for_ms",
        "_hold_ms",
        "_late_ms",
        "_levels",
        "_lowest",
        "_plain",
        "_sign",
        "_silent_ms",
        "_versions",
        "gap_ms",
        "place",
        "rule",
        "successor",
        "terms",
        "until_ms",
    )

    def __init__(
        self,
        rule: Rule,
        place: Place,
        site: Site,
        successor: Ladder | None = None,
        *,
        terms: Terms | None = None,
    ) -> None:
        self.rule = rule
        self.place = place
        self.successor = successor
        self._versions = Versions(rule, place, site.key)
        self.until_ms: float = successor.rule.valid_from_ms if successor else inf
        self._plain = rule.operator is Operator.VALUE
        self._absence = rule.operator is Operator.ABSENCE
        self.terms = terms = terms or Terms(rule)
        self._sign = terms.sign
        self._levels = terms.levels
        self._enters = terms.enters
        self._exits = terms.exits
        self._lowest = terms.enters[0]
        self._for_ms = terms.for_ms
        self._hold_ms = terms.hold_ms
        self._digest = terms.digest
        cadence = rule.cadence_by_place.get(place.key, rule.cadence_seconds)
        cadence_ms = round(cadence * 1000)
        self._silent_ms = SILENT_CADENCES * cadence_ms
        self.gap_ms = UNWATCHED_MS if self._absence else GAP_CADENCES * cadence_ms
        self._late_ms = round(rule.lateness_seconds * 1000) + UNDERWAY_MS

    # -- what the outside calls ------------------------------------------------------------

    def step(self, state: LadderState, value: Value, now_ms: int) -> tuple[Alert, ...]:
        """Judges a value; at most one version of an alert comes of it.

        `now_ms` is the clock: the arrival of the newest record behind the value, not the moment of
        the call, so that catching up decides as in time. The same value again changes nothing.
        """
        at_ms = now_ms if self._absence else value.observed_at_ms
        if at_ms is not None and at_ms >= self.until_ms and self.successor is not None:
            return self.successor.step(state, value, now_ms)
        reading = value.value if self._plain else self._read(state, value)
        if reading is None or at_ms is None:
            return self._freeze(state, now_ms) if state.awake else ()
        if not state.awake and reading * self._sign < self._lowest:
            return ()
        if at_ms < self.rule.valid_from_ms:
            return ()
        return self._judge(state, value, reading, at_ms, now_ms)

    def tick(self, state: LadderState, now_ms: int) -> tuple[Alert, ...]:
        """What the clock alone brings; call it every few seconds, when nothing waits to be read."""
        if not state.awake:
            return ()
        if self._absence and state.evidence is not None:
            return self.step(state, state.evidence, now_ms)
        since_ms, alert = state.unknown_since_ms, state.alert
        if since_ms is None or alert is None or alert.state == "unknown":
            return ()
        if now_ms - since_ms < UNKNOWN_AFTER_MS:
            return ()
        state.alert = unknown(alert, now_ms, chattering=state.chattering)
        return (state.alert,)

    def generation(self, at_ms: int) -> Ladder:
        """The one that judges values of an instant."""
        ladder = self
        while at_ms >= ladder.until_ms and ladder.successor is not None:
            ladder = ladder.successor
        return ladder

    def index(self, level: int) -> int:
        """The step of a level held; the next lower one where a changed rule no longer has it."""
        return max(0, bisect_right(self._levels, level) - 1)

    # -- reading ---------------------------------------------------------------------------

    def _read(self, state: LadderState, value: Value) -> float | None:
        """What absence and rate compare with the steps."""
        observed_ms = value.observed_at_ms
        if self._absence:
            share = silent_share(value)
            if observed_ms is not None and (share < self._lowest or not state.seen_ms):
                state.seen_ms = observed_ms
            # a place never heard of is not yet in service: unknown, but nothing was lost
            return share if state.seen_ms else None
        if value.value is None or observed_ms is None:
            return None
        window_ms = round(self.rule.window_seconds * 1000)
        state.points = with_point(state.points, (observed_ms, value.value), window_ms)
        return slope_per_minute(state.points, self.rule.minimum_points)

    def _freeze(self, state: LadderState, now_ms: int) -> tuple[Alert, ...]:
        """Unknown: the level stays, whatever was under way starts anew."""
        if state.alert is None:
            state.sleep()
            return ()
        state.timers = state.before = ANEW
        if state.unknown_since_ms is None:
            state.unknown_since_ms = now_ms
        return self.tick(state, now_ms)

    # -- judging ---------------------------------------------------------------------------

    def _judge(
        self, state: LadderState, value: Value, reading: float, at_ms: int, now_ms: int
    ) -> tuple[Alert, ...]:
        changed = self._adopt(state)
        if at_ms > state.timers.at_ms:
            state.before = state.timers
        else:  # the same instant again
            at_ms = state.timers.at_ms
        signed = reading * self._sign
        state.timers = self._timed(state, signed, at_ms)
        if self._absence:
            state.evidence = value
        if not (state.alert or state.timers.entered_ms or state.before.entered_ms):
            state.sleep()
            return ()
        state.awake = True
        if state.chattering and at_ms - state.transitions_ms[-1] >= CALM_AFTER_MS:
            state.chattering = False
        state.unknown_since_ms = None
        alert = (
            self._climb(state, value, reading, now_ms)
            or self._descend(state, value, reading, now_ms)
            or self._report(state, value, reading, now_ms, changed=changed)
        )
        return (alert,) if alert else ()

    def _adopt(self, state: LadderState) -> bool:
        """Starts timers anew under a changed rule; says whether an open alert must tell."""
        if state.rule_digest == self._digest:
            return False
        changed = bool(state.rule_digest) and state.alert is not None
        state.rule_digest = self._digest
        state.timers = state.before = ANEW
        return changed

    def _timed(self, state: LadderState, signed: float, at_ms: int) -> Timers:
        before = state.before if at_ms - state.before.at_ms <= self.gap_ms else ANEW
        met = bisect_right(self._enters, signed) if at_ms > state.cleared_ms else 0
        entered_ms = before.entered_ms[:met]
        entered_ms += (at_ms,) * (met - len(entered_ms))
        left_ms = None
        if state.alert is not None and signed <= self._exits[self.index(state.alert.level)]:
            left_ms = at_ms if before.left_ms is None else before.left_ms
        return Timers(at_ms, entered_ms, left_ms)

    # -- moving ----------------------------------------------------------------------------

    def _climb(self, state: LadderState, value: Value, reading: float, now_ms: int) -> Alert | None:
        since_ms = state.timers.entered_ms
        origin_ms = None
        if self._absence:
            origin_ms = self._origin(state)
            since_ms = tuple([max(since, origin_ms) for since in since_ms])
        at_ms = state.timers.at_ms
        lasting = [i for i, since in enumerate(since_ms) if at_ms - since >= self._for_ms[i]]
        if not lasting or self._levels[lasting[-1]] <= state.level:
            return None
        if not self._absence and now_ms - (value.observed_at_ms or 0) > self._late_ms:
            return None  # over long ago, for all we know: wait for a value of now
        first = lasting[0]
        onset_ms = since_ms[first] if origin_ms is None else origin_ms
        late = now_ms - onset_ms - self._for_ms[first] > self._late_ms
        self._move(state)
        return self._versions.tell(
            state,
            value,
            reading,
            now_ms,
            why="enter",
            step=self.rule.steps[lasting[-1]],
            onset_ms=onset_ms,
            late=late,
        )

    def _origin(self, state: LadderState) -> int:
        """When silence began: 5τ after the newest value; never within an episode before."""
        silent_ms = state.seen_ms + self._silent_ms
        if silent_ms > state.cleared_ms or not state.timers.entered_ms:
            return silent_ms
        return state.timers.entered_ms[0]

    def _descend(
        self, state: LadderState, value: Value, reading: float, now_ms: int
    ) -> Alert | None:
        timers = state.timers
        if timers.left_ms is None:
            return None
        index = self.index(state.level)
        hold_ms = self._hold_ms[index] * (CHATTER_HOLD_FACTOR if state.chattering else 1)
        if timers.at_ms - timers.left_ms < hold_ms:
            return None
        signed = reading * self._sign
        staying = [i for i in range(index) if signed > self._exits[i]]
        step = self.rule.steps[staying[-1] if staying else index]
        self._move(state)
        alert = self._versions.tell(
            state, value, reading, now_ms, why="exit", step=step, cleared=not staying
        )
        if not staying:
            state.cleared_ms = timers.at_ms
            state.sleep()
        return alert

    def _move(self, state: LadderState) -> None:
        """Notes a change of level. It stands: a value revised at this instant goes on from it."""
        at_ms = state.timers.at_ms
        state.timers = state.before = Timers(at_ms, state.timers.entered_ms)
        recent = [ms for ms in state.transitions_ms if at_ms - ms <= CHATTER_WITHIN_MS]
        state.transitions_ms = (*recent[-CHATTER_TRANSITIONS:], at_ms)
        if len(state.transitions_ms) > CHATTER_TRANSITIONS:
            state.chattering = True

    def _report(
        self, state: LadderState, value: Value, reading: float, now_ms: int, *, changed: bool
    ) -> Alert | None:
        """A version without a change of level, if there is something new to say."""
        alert = state.alert
        if alert is None:
            return None
        if changed:
            why = "rule"
        elif alert.state == "unknown":
            why = "resumed"
        elif alert.suspect != self._versions.suspect(value):
            why = "status"
        elif state.timers.at_ms - state.told_ms >= EVIDENCE_EVERY_MS and (
            alert.value != reading or alert.contributors != value.contributors
        ):
            why = "evidence"
        else:
            return None
        step = self.rule.steps[self.index(alert.level)]
        return self._versions.tell(state, value, reading, now_ms, why=why, step=step)
