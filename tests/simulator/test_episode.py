"""The two ladders, the platform's and the truth's own, agree on any course of values."""

from __future__ import annotations

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.value import Value
from streams.rules.ladder import Ladder
from streams.rules.rule import Rule, Step
from streams.rules.state import LadderState
from streams.simulator.episode import Course, Episode, episodes
from streams.site import load_site
from streams.site.model import Site
from tests.simulator.conftest import FOLDER

T0_MS = 1_784_118_600_000
GRID_MS = 15_000
STEPS = (
    Step(level=1, enter=10, exit=8, for_seconds=60, hold_seconds=90),
    Step(level=2, enter=20, exit=15, for_seconds=30, hold_seconds=90),
    Step(level=4, enter=40, exit=30, hold_seconds=60),
)


def rule(*, rising: bool) -> Rule:
    sign = 1 if rising else -1
    steps = tuple(
        Step(
            level=step.level,
            enter=sign * step.enter,
            exit=sign * step.exit,
            for_seconds=step.for_seconds,
            hold_seconds=step.hold_seconds,
        )
        for step in STEPS
    )
    return Rule(
        key="water.test",
        measure="water.ponding_cm",
        places=("underpass.shenkun",),
        steps=steps,
        rising=rising,
        title_zh="水",
        title_en="water",
        text_zh="{value}",
        text_en="{value}",
        clause="",
        audience=(),
        cadence_seconds=GRID_MS / 1000,
    )


@cache
def site() -> Site:
    return load_site(FOLDER)


def platform(rule: Rule, course: Course) -> list[tuple[int, bool]]:
    """(onset, cleared) of each alert the platform's ladder makes."""
    ladder = Ladder(rule, site().places["underpass.shenkun"], site())
    state, found = LadderState(), {}
    for at_ms, value in course:
        told = Value(
            measure=rule.measure,
            status="ok",
            value=value,
            observed_at_ms=at_ms,
            heard=1,
            expected=1,
        )
        for alert in ladder.step(state, told, at_ms):
            found[alert.onset_ms] = alert.state == "cleared"
    return list(found.items())


calm_or_bad = st.sampled_from([0.0, 5.0, 9.0, 12.0, 25.0, 50.0])
stretches = st.lists(st.tuples(calm_or_bad, st.integers(1, 30)), min_size=1, max_size=7)


@given(stretches, st.booleans())
@settings(deadline=None, max_examples=200)
def test_onsets_agree(stretches: list[tuple[float, int]], rising: bool) -> None:
    sign = 1.0 if rising else -1.0
    values = [sign * value for value, length in stretches for _ in range(length)]
    course = [(T0_MS + index * GRID_MS, value) for index, value in enumerate(values)]
    watched = rule(rising=rising)
    assert [e.onset_ms for e in episodes(watched, course)] == [
        onset for onset, _ in platform(watched, course)
    ]


def test_the_highest_level_reached_is_told() -> None:
    values = [0.0] * 4 + [12.0] * 8 + [45.0] * 2 + [0.0] * 40 + [25.0] * 9
    course = [(T0_MS + index * GRID_MS, value) for index, value in enumerate(values)]
    assert episodes(rule(rising=True), course) == [
        Episode(T0_MS + 4 * GRID_MS, 4),
        Episode(T0_MS + 54 * GRID_MS, 2),
    ]
