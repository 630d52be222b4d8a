"""Finding ladders, and what becomes of rules that are no more."""

from __future__ import annotations

from dataclasses import replace

from streams.rules.book import RuleBook, Withdrawn
from streams.rules.ladder import Ladder, LadderState

from .pond import PLACE, SITE, at, new_rule, new_value

STEP = (2, 5.0, 3.0, 0.0, 0.0)
TWO_PLACES = replace(SITE, places={"pond": PLACE, "lake": replace(PLACE, key="lake")})


def test_ladders_are_found_by_what_they_watch() -> None:
    ponding = new_rule(STEP, key="a", places=("pond", "lake"))
    rising = new_rule(STEP, key="b")
    rain = new_rule(STEP, key="c", measure="water.rain_mm_1h")
    book = RuleBook([ponding, rising, rain], TWO_PLACES)
    found = book.at("water.ponding_cm", "pond")
    assert sorted(ladder.rule.key for ladder in found) == ["a", "b"]
    assert [ladder.rule.key for ladder in book.at("water.ponding_cm", "lake")] == ["a"]
    assert book.at("water.rain_mm_1h", "lake") == ()
    assert len(book.ladders()) == 4
    ladder = book.ladder("a", "lake")
    assert isinstance(ladder, Ladder)
    assert ladder.place.key == "lake"


def test_generations_of_a_rule_are_one_ladder() -> None:
    generations = [new_rule(STEP, valid_from_ms=ms) for ms in (at(20), at(0), at(10))]
    book = RuleBook(generations, SITE)
    (ladder,) = book.at("water.ponding_cm", "pond")
    chain = [ladder.rule.valid_from_ms]
    while ladder.successor:
        ladder = ladder.successor
        chain.append(ladder.rule.valid_from_ms)
    assert chain == [at(0), at(10), at(20)]
    assert book.in_force(at(-1)) == ()
    assert [rule.valid_from_ms for rule in book.in_force(at(19))] == [at(10)]


def test_an_alert_of_a_withdrawn_rule_is_cleared_once() -> None:
    state = LadderState()
    ladder = Ladder(new_rule(STEP), PLACE, SITE)
    (raised,) = ladder.step(state, new_value(0, 9), at(0))
    gone = RuleBook([], SITE).ladder("water.ponding", "pond")
    assert isinstance(gone, Withdrawn)
    (cleared,) = gone.tick(state, at(60))
    assert (cleared.id, cleared.version, cleared.state) == (raised.id, 2, "cleared")
    assert (cleared.level, cleared.why) == (0, "withdrawn")
    assert gone.tick(state, at(61)) == ()
