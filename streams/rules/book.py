"""All ladders of a site, found by what they watch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from schemas.alert import Alert
from streams.rules.ladder import Ladder
from streams.rules.rule import Rule
from streams.rules.state import LadderState
from streams.rules.versions import withdrawn
from streams.site.model import Site


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Stands for a ladder the book no longer has: it clears what that left open."""

    def tick(self, state: LadderState, now_ms: int) -> tuple[Alert, ...]:
        alert = state.alert
        state.sleep()
        return (withdrawn(alert, now_ms),) if alert else ()


WITHDRAWN = Withdrawn()


class RuleBook:
    """`rules` holds every rule as it was, is and will be, in file order.

    Rules of one key are generations of the same rule, in force from their `valid_from_ms` on: each
    place has one ladder, which passes on from one generation to the next.
    """

    def __init__(self, rules: Iterable[Rule], site: Site) -> None:
        self.rules = tuple(rules)
        self._ladders: dict[tuple[str, str], Ladder] = {}
        for rule in sorted(self.rules, key=lambda rule: rule.valid_from_ms, reverse=True):
            for key in rule.places:
                successor = self._ladders.get((rule.key, key))
                self._ladders[rule.key, key] = Ladder(rule, site.places[key], site, successor)
        self._watching: dict[tuple[str, str], tuple[Ladder, ...]] = {}
        for ladder in self._ladders.values():
            watched = (ladder.rule.measure, ladder.place.key)
            self._watching[watched] = (*self._watching.get(watched, ()), ladder)

    def in_force(self, at_ms: int) -> tuple[Rule, ...]:
        """Each rule once, as it holds at an instant."""
        newest: dict[str, Rule] = {}
        for rule in self.rules:
            held = newest.get(rule.key)
            since_ms = rule.valid_from_ms
            if since_ms <= at_ms and (held is None or since_ms > held.valid_from_ms):
                newest[rule.key] = rule
        return tuple(newest.values())

    def at(self, measure: str, place: str) -> tuple[Ladder, ...]:
        """The ladders a new value of the measure at the place steps."""
        return self._watching.get((measure, place), ())

    def ladder(self, rule: str, place: str) -> Ladder | Withdrawn:
        """The ladder a kept state belongs to."""
        return self._ladders.get((rule, place), WITHDRAWN)

    def ladders(self) -> tuple[Ladder, ...]:
        return tuple(self._ladders.values())
