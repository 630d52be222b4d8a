"""All ladders of a site, found by what they watch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import inf

from schemas.alert import Alert
from streams.rules.ladder import Ladder
from streams.rules.rule import Operator, Rule
from streams.rules.state import LadderState
from streams.rules.terms import Terms
from streams.rules.versions import withdrawn
from streams.site.model import Site


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Stands for a ladder the book no longer has: it clears what that left open."""

    def tick(self, state: LadderState, now_ms: int) -> tuple[Alert, ...]:
        alert = state.alert
        state.sleep()
        return (withdrawn(alert, now_ms, chattering=state.chattering),) if alert else ()


WITHDRAWN = Withdrawn()


@dataclass(frozen=True, slots=True)
class Watch:
    """The ladders that one measure at one place steps, however many there are.

    While all of them sleep, a value between `low` and `high`, or an unknown one, moves only the
    `sleepless`: those that compare something else than the value with their steps.
    """

    ladders: tuple[Ladder, ...]
    sleepless: tuple[Ladder, ...]
    low: float
    high: float

    def calm(self, reading: float | None) -> bool:
        return reading is None or self.low < reading < self.high


def _watch(ladders: tuple[Ladder, ...]) -> Watch:
    plain = [rule for ladder in ladders for rule in _generations(ladder) if _plain(rule)]
    return Watch(
        ladders,
        tuple(ladder for ladder in ladders if not all(map(_plain, _generations(ladder)))),
        low=max((rule.steps[0].enter for rule in plain if not rule.rising), default=-inf),
        high=min((rule.steps[0].enter for rule in plain if rule.rising), default=inf),
    )


def _plain(rule: Rule) -> bool:
    return rule.operator is Operator.VALUE


def _generations(ladder: Ladder | None) -> Iterator[Rule]:
    while ladder is not None:
        yield ladder.rule
        ladder = ladder.successor


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
        watching: dict[tuple[str, str], list[Ladder]] = {}
        for ladder in self._ladders.values():
            watching.setdefault((ladder.rule.measure, ladder.place.key), []).append(ladder)
        self._watches = {key: _watch(tuple(found)) for key, found in watching.items()}

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
        watch = self._watches.get((measure, place))
        return watch.ladders if watch else ()

    def watch(self, measure: str, place: str) -> Watch | None:
        """The same ladders and what leaves them asleep; None where there is none."""
        return self._watches.get((measure, place))

    def ladder(self, rule: str, place: str) -> Ladder | Withdrawn:
        """The ladder a kept state belongs to."""
        return self._ladders.get((rule, place), WITHDRAWN)

    def ladders(self) -> tuple[Ladder, ...]:
        return tuple(self._ladders.values())
