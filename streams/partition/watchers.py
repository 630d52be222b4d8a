"""The ladders that watch the places of a partition, and what they remember."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from schemas.alert import Alert
from schemas.value import Value
from streams.partition.place import PlaceState
from streams.rules.book import WITHDRAWN, RuleBook
from streams.rules.ladder import Ladder
from streams.rules.state import LadderState


class Watchers:
    """`states` is what each ladder remembers, by place and rule."""

    def __init__(self, rules: RuleBook) -> None:
        self.states: dict[str, dict[str, LadderState]] = {}
        self._rules = rules
        self._abandoned: list[tuple[str, LadderState]] = []

    def step(self, state: PlaceState, value: Value, now_ms: int) -> Sequence[Alert]:
        """Shows a value to the ladders that watch it; those at rest cost one comparison."""
        watch = self._rules.watch(value.measure, state.place.key)
        if watch is None:
            return ()
        calm = value.measure not in state.restless and watch.calm(value.value)
        ladders = watch.sleepless if calm else watch.ladders
        if not ladders:
            return ()
        alerts: list[Alert] = []
        if self._step(ladders, state, value, now_ms, alerts):
            state.restless.add(value.measure)
        elif not calm:
            state.restless.discard(value.measure)
        return alerts

    def _step(
        self,
        ladders: Sequence[Ladder],
        state: PlaceState,
        value: Value,
        now_ms: int,
        alerts: list[Alert],
    ) -> bool:
        """Steps ladders; says whether one of them is awake then."""
        states = self.states.setdefault(state.place.key, {})
        awake = False
        for ladder in ladders:
            ladder_state = states.get(ladder.rule.key)
            if ladder_state is None:
                ladder_state = states[ladder.rule.key] = LadderState()
            alerts += ladder.step(ladder_state, value, now_ms)
            awake = awake or ladder_state.awake
        return awake

    def tick(self, place: str, now_ms: int) -> Sequence[Alert]:
        """What time alone brings at a place."""
        alerts: list[Alert] = []
        for rule, ladder_state in self.states.get(place, {}).items():
            if ladder_state.awake:
                alerts += self._rules.ladder(rule, place).tick(ladder_state, now_ms)
        return alerts

    def take_up(self, state: PlaceState, ladders: Mapping[str, LadderState]) -> None:
        """Puts back what the ladders of a place remember; stepping them tells which sleep."""
        self.states[state.place.key] = dict(ladders)
        state.restless = set(state.available)

    def abandon(self, cell: str, ladders: Mapping[str, LadderState]) -> None:
        """Takes over the alerts of a place that the site no longer has in this cell."""
        self._abandoned += [(cell, state) for state in ladders.values()]

    def withdraw(self, now_ms: int) -> list[tuple[str, Alert]]:
        """Clears the alerts of abandoned places, once; each with its former cell."""
        abandoned, self._abandoned = self._abandoned, []
        return [
            (cell, alert) for cell, state in abandoned for alert in WITHDRAWN.tick(state, now_ms)
        ]
