"""The ladders that watch the places of a partition, and what they remember."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from schemas.alert import Alert
from schemas.value import Value
from streams.partition.place import PlaceState
from streams.rules.book import WITHDRAWN, RuleBook
from streams.rules.state import LadderState
from streams.rules.vigil import Vigil


class Watchers:
    """`states` is what each ladder remembers, by place and rule; that of a ladder at rest may lag
    behind until it is `settled`.

    `restless` are the places, each with its cell, at which time alone may bring something.
    """

    def __init__(self, rules: RuleBook, places: Iterable[PlaceState]) -> None:
        self.states: dict[str, dict[str, LadderState]] = {}
        self.restless: dict[str, str] = {}
        self._rules = rules
        self._abandoned: list[tuple[str, LadderState]] = []
        for state in places:
            self._keep(state, {})

    def _keep(self, state: PlaceState, ladders: dict[str, LadderState]) -> None:
        key = state.place.key
        watches = self._rules.watches(key).items()
        self.states[key] = ladders
        state.vigils = {measure: Vigil(watch, ladders) for measure, watch in watches}

    def step(self, state: PlaceState, value: Value, now_ms: int) -> Sequence[Alert]:
        """Shows a value to the ladders that watch it."""
        vigil = state.vigils.get(value.measure)
        if vigil is None:
            return ()
        alerts = vigil.step(value, now_ms)
        if vigil.heeds_clock:
            self.restless[state.place.key] = state.place.cell
        return alerts

    def tick(self, place: str, now_ms: int) -> Sequence[Alert]:
        """What time alone brings at a restless place."""
        alerts: list[Alert] = []
        states = self.states[place]
        for rule, ladder_state in states.items():
            if ladder_state.awake:
                alerts += self._rules.ladder(rule, place).tick(ladder_state, now_ms)
        if not any(ladder_state.heeds_clock for ladder_state in states.values()):
            del self.restless[place]
        return alerts

    def settled(self, state: PlaceState) -> dict[str, LadderState]:
        """What the ladders of a place remember, up to its newest values."""
        for vigil in state.vigils.values():
            vigil.settle()
        return self.states[state.place.key]

    def take_up(self, state: PlaceState, ladders: Mapping[str, LadderState]) -> None:
        """Puts back what the ladders of a place remember."""
        self._keep(state, dict(ladders))
        if any(ladder_state.awake for ladder_state in ladders.values()):
            self.restless[state.place.key] = state.place.cell

    def abandon(self, cell: str, ladders: Mapping[str, LadderState]) -> None:
        """Takes over the alerts of a place that the site no longer has in this cell."""
        self._abandoned += [(cell, state) for state in ladders.values()]

    def withdraw(self, now_ms: int) -> list[tuple[str, Alert]]:
        """Clears the alerts of abandoned places, once; each with its former cell."""
        abandoned, self._abandoned = self._abandoned, []
        return [
            (cell, alert) for cell, state in abandoned for alert in WITHDRAWN.tick(state, now_ms)
        ]
