"""The ladders of a place, of which a value is shown to few, beside the same ladders shown all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import TypeVar

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.alert import Alert
from schemas.value import Value
from streams.partition.place import PlaceState
from streams.partition.watchers import Watchers
from streams.rules.book import RuleBook
from streams.rules.rule import Operator, Rule, Step
from streams.rules.state import LadderState
from tests.partition.conftest import rule
from tests.town import CADENCE_MS, T0_MS, town

SITE = town()
PLACES = ("hall.east", "hall.west")
MEASURES = ("crowd.count_persons", "crowd.flow_in_ppm")
MINUTE_MS = 60_000
SECONDS = st.sampled_from([0.0, 0.0, 10.0, 25.0, 60.0])
Thing = TypeVar("Thing")


@st.composite
def ladders(draw: st.DrawFn, operator: Operator, *, rising: bool) -> tuple[Step, ...]:
    """One to three steps on a scale of 0 to 10, of absence from 0 to 1."""
    count = draw(st.integers(1, 3))
    enters = sorted(draw(st.sets(st.integers(2, 9), min_size=count, max_size=count)))
    levels = sorted(draw(st.sets(st.integers(1, 4), min_size=count, max_size=count)))
    exits: list[float] = []
    for enter in enters:
        drop = draw(st.sampled_from([0.5, 1.0, 2.0]))
        exits.append(max(enter - drop, exits[-1] if exits else 0.0))

    def turned(number: float) -> float:
        number = number if rising else 10.0 - number
        return number / 10.0 if operator is Operator.ABSENCE else number

    return tuple(
        Step(
            level=level,
            enter=turned(enter),
            exit=turned(leave),
            for_seconds=draw(SECONDS),
            hold_seconds=draw(SECONDS),
        )
        for level, enter, leave in zip(levels, enters, exits, strict=True)
    )


@st.composite
def generations(draw: st.DrawFn, key: str, measure: str) -> list[Rule]:
    """A rule as it is, and maybe as it will be within the hour."""
    operator = draw(st.sampled_from([Operator.VALUE] * 4 + [Operator.ABSENCE, Operator.RATE]))
    rising = draw(st.sampled_from([True, True, False])) or operator is Operator.ABSENCE
    base = replace(
        rule(key, measure, PLACES, 1, 0),
        operator=operator,
        rising=rising,
        window_seconds=120.0 if operator is Operator.RATE else 0.0,
        cadence_seconds=draw(st.sampled_from([10.0, 10.0, 30.0])),
        lateness_seconds=draw(st.sampled_from([0.0, 60.0])),
    )
    starts_ms = draw(st.sampled_from([(0,), (0,), (0, 4), (0, 40), (3,), (60,)]))
    return [
        replace(
            base,
            valid_from_ms=start_ms and T0_MS + start_ms * MINUTE_MS,
            steps=draw(ladders(operator, rising=rising)),
        )
        for start_ms in starts_ms
    ]


@st.composite
def books(draw: st.DrawFn) -> list[Rule]:
    """Some rules; the last says what another one says."""
    rules: list[Rule] = []
    for number in range(draw(st.integers(1, 5))):
        rules += draw(generations(f"rule.{number}", draw(st.sampled_from(MEASURES))))
    return [*rules, replace(rules[0], key="rule.twin")]


class Everyone:
    """Shows every value to every ladder, and every ladder the clock."""

    def __init__(self, book: RuleBook) -> None:
        self.book = book
        self.states: dict[str, dict[str, LadderState]] = {place: {} for place in PLACES}

    def step(self, place: str, value: Value, now_ms: int) -> list[Alert]:
        alerts: list[Alert] = []
        for ladder in self.book.at(value.measure, place):
            state = self.states[place].setdefault(ladder.rule.key, LadderState())
            alerts += ladder.step(state, value, now_ms)
        return alerts

    def tick(self, now_ms: int) -> list[Alert]:
        return [
            alert
            for place, states in self.states.items()
            for key, state in states.items()
            if state.awake
            for alert in self.book.ladder(key, place).tick(state, now_ms)
        ]


class Few:
    """The watchers of the two places."""

    def __init__(self, book: RuleBook) -> None:
        self.places = {key: PlaceState(SITE.places[key]) for key in PLACES}
        self.watchers = Watchers(book, self.places.values())

    def step(self, place: str, value: Value, now_ms: int) -> Sequence[Alert]:
        return self.watchers.step(self.places[place], value, now_ms)

    def tick(self, now_ms: int) -> list[Alert]:
        restless = list(self.watchers.restless)
        return [alert for key in restless for alert in self.watchers.tick(key, now_ms)]

    def states(self) -> dict[str, dict[str, LadderState]]:
        return {key: self.watchers.settled(state) for key, state in self.places.items()}


def in_order(alerts: Sequence[Alert]) -> list[Alert]:
    return sorted(alerts, key=lambda alert: (alert.place, alert.rule, alert.version))


def told(states: dict[str, dict[str, LadderState]]) -> dict[tuple[str, str], LadderState]:
    """A ladder never shown anything is one that has nothing to remember."""
    return {
        (place, key): state
        for place, found in states.items()
        for key, state in found.items()
        if state != LadderState()
    }


class Pair:
    """Both, over the same values and the same clock."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        book = RuleBook(rules, SITE)
        self.everyone, self.few = Everyone(book), Few(book)
        self.now_ms = T0_MS

    def show(self, place: str, value: Value) -> None:
        expected = self.everyone.step(place, value, self.now_ms)
        assert in_order(self.few.step(place, value, self.now_ms)) == in_order(expected)

    def tick(self) -> None:
        expected = self.everyone.tick(self.now_ms)
        assert in_order(self.few.tick(self.now_ms)) == in_order(expected)

    def compare(self) -> None:
        assert told(self.few.states()) == told(self.everyone.states)

    def restart(self, rules: Sequence[Rule]) -> None:
        """From what a snapshot would hold, under other rules maybe."""
        self.compare()
        raw = msgspec.msgpack.encode(self.few.states())
        book = RuleBook(rules, SITE)
        self.everyone.book, self.few = book, Few(book)
        kept = msgspec.msgpack.decode(raw, type=dict[str, dict[str, LadderState]])
        for key, states in kept.items():
            self.few.watchers.take_up(self.few.places[key], states)


class Weather:
    """What comes at a place: numbers that stay for minutes or sway, late or lost values, ticks of
    the clock, restarts under the same rules or others. All of it follows from the seed."""

    def __init__(self, pair: Pair, books: Sequence[Sequence[Rule]], seed: int) -> None:
        self.pair = pair
        self.books = books
        self.random = Random(seed)
        self.odd = 0.0
        self.numbers = {(p, m): self.random.randint(0, 20) / 2 for p in PLACES for m in MEASURES}

    def blow(self, turns: int) -> None:
        pick, pair = self.random.choice, self.pair
        place, measure = pick(PLACES), pick(MEASURES)
        moves = pick([(0.0,), (0.0,) * 9 + (0.5, -0.5), (0.5, -0.5, 1.0, -1.0, 0.0)])
        pause_ms = pick([1000, CADENCE_MS, CADENCE_MS, 25_000])
        heard = self.random.randint(0, 4)
        lost = pick([0.0, 0.0, 0.1, 1.0])
        self.odd = pick([0.0, 0.0, 0.05])
        for _ in range(turns):
            pair.now_ms += pick([pause_ms] * 9 + [0])
            number = self.numbers[place, measure] + pick(moves)
            self.numbers[place, measure] = number = min(10.0, max(0.0, number))
            heard = self.mostly(heard, 0, 1, 2, 3, 4)
            if self.random.random() < lost:
                value = Value(measure, "unknown", heard=heard, expected=4)
            else:
                value = self.value(measure, number, heard)
            pair.show(place, value)
            self.last = place, value
            if self.random.random() < 0.5:
                pair.tick()
        pair.now_ms += pick([0, 0, 3 * CADENCE_MS, 6 * MINUTE_MS, 31 * MINUTE_MS])
        pair.tick()

    def value(self, measure: str, number: float, heard: int) -> Value:
        age_ms = self.mostly(0, 300, CADENCE_MS, 3 * CADENCE_MS, 5 * MINUTE_MS)
        return Value(
            measure,
            self.mostly("ok", "suspect"),
            number,
            self.pair.now_ms - age_ms,
            heard,
            4,
            self.mostly(("cam",), ("cam", "gate")),
        )

    def mostly(self, usual: Thing, *others: Thing) -> Thing:
        return self.random.choice(others) if self.random.random() < self.odd else usual

    def look(self) -> None:
        self.pair.compare()

    def restart(self) -> None:
        """The newest value is judged again then."""
        self.pair.restart(self.random.choice(self.books))
        self.pair.show(*self.last)
        self.pair.tick()


@settings(max_examples=150, deadline=None)
@given(
    rules=books(),
    others=books(),
    phases=st.lists(st.integers(1, 100), min_size=1, max_size=15),
    seed=st.integers(0, 2**32),
)
def test_few_ladders_shown_a_value_tell_what_all_would(
    rules: list[Rule], others: list[Rule], phases: list[int], seed: int
) -> None:
    """Every version of every alert as it comes, and all that a snapshot keeps."""
    pair = Pair(rules)
    weather = Weather(pair, [rules, rules, rules[1:], others], seed)
    for turns in phases:
        weather.blow(turns)
        weather.random.choice([weather.look, weather.restart, lambda: None])()
    pair.compare()


def test_an_alert_that_chattered_calms_down_without_being_shown_a_value() -> None:
    steps = (Step(level=1, enter=5.0, exit=4.0),)
    pair = Pair([replace(rule("crowd", MEASURES[0], PLACES, 1, 0), steps=steps)])
    for number in [9.0, 1.0] * 3 + [9.0] * 200:
        value = Value(MEASURES[0], "ok", number, pair.now_ms)
        pair.show("hall.east", value)
        pair.now_ms += CADENCE_MS
    pair.compare()
    assert not pair.everyone.states["hall.east"]["crowd"].chattering


def test_a_ladder_that_would_not_answer_is_not_shown_a_value() -> None:
    """What the cost rests on: it is left as it was until somebody asks what it remembers."""
    crowded = rule("crowd", MEASURES[0], PLACES, 5, 4)
    blind = replace(crowded, key="blind", operator=Operator.ABSENCE)
    few = Few(RuleBook([crowded, blind], SITE))
    for seconds in range(0, 60, 10):
        value = Value(MEASURES[0], "ok", 9.0, T0_MS + seconds * 1000, heard=4, expected=4)
        few.step("hall.east", value, T0_MS + seconds * 1000)
    unasked = few.watchers.states["hall.east"]
    assert unasked["crowd"].timers.at_ms == T0_MS + 20_000, "level 2, after its 20 seconds"
    assert "blind" not in unasked
    asked = few.states()["hall.east"]
    assert (asked["crowd"].before.at_ms, asked["crowd"].timers.at_ms) == (
        T0_MS + 40_000,
        T0_MS + 50_000,
    )
    assert asked["blind"].seen_ms == T0_MS + 50_000
