"""All ladders of a site, found by what they watch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from schemas.alert import Alert
from streams.rules.ladder import Ladder
from streams.rules.rule import Rule
from streams.rules.state import LadderState
from streams.rules.terms import Terms
from streams.rules.versions import withdrawn
from streams.rules.watch import Watch
from streams.site.model import Site


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Stands for a ladder the book no longer has: it clears what that left open."""

    def tick(self, state: LadderState, now_ms: int) -> tuple[Alert, ...]:
        alert = state.alert
        state.sleep()
        return (withdrawn(alert, now_ms, chattering=state.chattering),) if alert else ()


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
            terms = Terms(rule)
            for key in rule.places:
                successor = self._ladders.get((rule.key, key))
                self._ladders[rule.key, key] = Ladder(
                    rule, site.places[key], site, successor, terms=terms
                )
        watching: dict[str, dict[str, list[Ladder]]] = {}
        for ladder in self._ladders.values():
            at_place = watching.setdefault(ladder.place.key, {})
            at_place.setdefault(ladder.rule.measure, []).append(ladder)
        self._watches = {
            key: {measure: Watch(tuple(ladders)) for measure, ladders in at_place.items()}
            for key, at_place in watching.items()
        }

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
        watch = self.watches(place).get(measure)
        return watch.ladders if watch else ()

    def watches(self, place: str) -> Mapping[str, Watch]:
        """The ladders of a place by measure."""
        return self._watches.get(place, {})

    def ladder(self, rule: str, place: str) -> Ladder | Withdrawn:
        """The ladder a kept state belongs to."""
        return self._ladders.get((rule, place), WITHDRAWN)

    def ladders(self) -> tuple[Ladder, ...]:
        return tuple(self._ladders.values())
