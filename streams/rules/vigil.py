"""The ladders of a watch as values come and go: who must be shown one, and who would not answer.

What comes of it is the same as if every ladder were shown every value; its cost is that of the few
that answer. What the others would have noted, the instants of their timers and when a source was
last heard, is made up for by `settle`.
"""

from __future__ import annotations

from collections.abc import Sequence

from schemas.alert import Alert
from schemas.value import Value
from streams.rules.ladder import Ladder
from streams.rules.reading import silent_share
from streams.rules.rest import RESTLESS, Rest, catch_up, common, rest_of
from streams.rules.state import LadderState
from streams.rules.watch import Watch


class Vigil:
    """`states` is what the ladders of the place remember, by rule, shared with its other measures.

    `heeds_clock`: a ladder shown the newest value may have something to say without another one.
    """

    __slots__ = (
        "_at_ms",
        "_awake",
        "_before_ms",
        "_common",
        "_seen_ms",
        "_states",
        "_watch",
        "heeds_clock",
    )

    def __init__(self, watch: Watch, states: dict[str, LadderState]) -> None:
        self.heeds_clock = False
        self._watch = watch
        self._states = states
        self._awake: dict[Ladder, Rest] = {
            ladder: RESTLESS
            for ladder in watch.ladders
            if (state := states.get(ladder.rule.key)) is not None and state.awake
        }
        self._common: Rest | None = None
        """of all that are awake; None until it is asked for"""
        self._before_ms = 0
        self._at_ms = 0
        """of the newest value since one of them woke; `_before_ms` of the one before"""
        self._seen_ms = 0
        """of the newest value the absent have not been told of, 0 for none"""

    def step(self, value: Value, now_ms: int) -> Sequence[Alert]:
        """Shows a value to the ladders that may answer it."""
        self.heeds_clock = False
        woken = self._watch.woken(value.value)
        if self._watch.absent:
            woken = (*woken, *self._hear(value))
        if not (woken or self._awake):
            return ()
        due = self._unrested(value)
        due += [ladder for ladder in woken if ladder not in self._awake]
        for ladder in due:
            self._settle(ladder)
        at_ms = value.observed_at_ms or 0
        if value.value is not None and at_ms > self._at_ms:
            self._before_ms, self._at_ms = self._at_ms, at_ms
        alerts: list[Alert] = []
        for ladder in due:
            alerts += self._show(ladder, value, now_ms)
        return alerts

    def settle(self) -> None:
        """Brings `states` up to the newest value."""
        self._tell_absent()
        for ladder in self._awake:
            self._settle(ladder)

    def _hear(self, value: Value) -> Sequence[Ladder]:
        """The absent, if too few sources are heard for one of them; else notes when they were."""
        if silent_share(value) >= self._watch.low_share:
            self._tell_absent()
            return self._watch.absent
        self._seen_ms = value.observed_at_ms or self._seen_ms
        return ()

    def _tell_absent(self) -> None:
        if self._seen_ms:
            for ladder in self._watch.absent:
                self._state(ladder).seen_ms = self._seen_ms
            self._seen_ms = 0

    def _unrested(self, value: Value) -> list[Ladder]:
        """Those awake that a value may move."""
        at_ms, reading = value.observed_at_ms, value.value
        if at_ms is None or reading is None or not 0 <= at_ms - self._at_ms <= self._watch.gap_ms:
            return list(self._awake)
        suspect = value.status == "suspect"
        if self._common and self._common.covers(value, reading, at_ms, suspect=suspect):
            return []
        found = [
            ladder
            for ladder, rest in self._awake.items()
            if not rest.covers(value, reading, at_ms, suspect=suspect)
        ]
        if self._awake and not found and self._common is None:
            self._common = common(self._awake.values())
        return found

    def _settle(self, ladder: Ladder) -> None:
        if self._awake.get(ladder, RESTLESS) is not RESTLESS:
            catch_up(self._state(ladder), self._before_ms, self._at_ms)

    def _show(self, ladder: Ladder, value: Value, now_ms: int) -> Sequence[Alert]:
        self._common = None
        state = self._state(ladder)
        alerts = ladder.step(state, value, now_ms)
        if state.awake:
            current = state.timers.at_ms == self._at_ms
            self._awake[ladder] = rest_of(ladder, state) if current else RESTLESS
            self.heeds_clock = self.heeds_clock or state.heeds_clock
        else:
            self._awake.pop(ladder, None)
        return alerts

    def _state(self, ladder: Ladder) -> LadderState:
        key = ladder.rule.key
        state = self._states.get(key)
        if state is None:
            state = self._states[key] = LadderState()
        return state
