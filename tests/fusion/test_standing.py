"""Who counts, who is doubted, and what that makes of a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.value import Value
from streams.fusion.freshness import LOOK_MS, Freshness, freshness
from streams.fusion.measure import Measure, OverSources, OverTime
from tests.fusion.conftest import CADENCE_MS, Bench, row
from tests.town import T0_MS

TAU = CADENCE_MS
SUM = row(over_sources=OverSources.SUM)
MEAN = row(over_sources=OverSources.MEAN)
VARYING = row(over_sources=OverSources.SUM, varies=True)
JUMPY = row(over_sources=OverSources.SUM, jump=50.0)


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a case expects of the value."""

    status: str
    value: float | None = None
    reason: str = ""
    heard: int = 3
    expected: int = 3
    at_least: bool = False
    contributors: tuple[str, ...] | None = None

    def is_told_by(self, value: Value) -> bool:
        return (
            (value.status, value.value, value.reason) == (self.status, self.value, self.reason)
            and (value.heard, value.expected) == (self.heard, self.expected)
            and value.at_least is self.at_least
            and (self.contributors is None or value.contributors == self.contributors)
        )


@dataclass(frozen=True, kw_only=True)
class Case:
    """Series of numbers of each source, one a cadence, the last at 0; None: it says nothing."""

    name: str
    measure: Measure = SUM
    series: tuple[tuple[float | None, ...], ...]
    told: Told
    now: int = 300
    skewed: bool = False
    maintenance: Mapping[int, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    dwell_ms: int | None = None

    def value(self) -> Value:
        bench = Bench(
            [self.measure],
            len(self.series),
            maintenance=dict(self.maintenance),
            dwell_ms=self.dwell_ms,
        )
        longest = max(map(len, self.series))
        for turn in range(longest):
            for n, series in enumerate(self.series):
                own = turn - longest + len(series)
                if own >= 0 and series[own] is not None:
                    bench.hear(n, (turn - longest + 1) * TAU, series[own])
        return bench.value(self.now, skewed=self.skewed)


GONE = (None, None, None)
STILL = (5.0,) * 8
CASES = (
    Case(
        name="all fresh",
        series=((1.0,), (2.0,), (3.0,)),
        told=Told(status="ok", value=6.0, contributors=("s0", "s1", "s2")),
    ),
    Case(
        name="a sum with a source missing is a lower bound",
        series=((1.0,), (2.0,), (3.0, *GONE)),
        told=Told(status="suspect", value=3.0, reason="coverage", heard=2, at_least=True),
    ),
    Case(
        name="a mean with a source missing is as good as its coverage",
        measure=MEAN,
        series=((1.0,), (2.0,), (30.0, *GONE)),
        told=Told(status="ok", value=1.5, heard=2, contributors=("s0", "s1")),
    ),
    Case(
        name="under the minimum of coverage",
        series=((1.0,), GONE, (3.0, *GONE)),
        told=Told(status="unknown", reason="coverage", heard=1),
    ),
    Case(
        name="exactly the minimum of coverage",
        measure=MEAN,
        series=((1.0,), GONE),
        told=Told(status="ok", value=1.0, heard=1, expected=2),
    ),
    Case(
        name="fresh until the first look after two cadences",
        series=((1.0,),),
        now=2 * TAU + LOOK_MS - 1,
        told=Told(status="ok", value=1.0, heard=1, expected=1),
    ),
    Case(
        name="older is not",
        series=((1.0,),),
        now=2 * TAU + LOOK_MS,
        told=Told(status="unknown", reason="silent", heard=0, expected=1),
    ),
    Case(
        name="never heard",
        series=(GONE, GONE, GONE),
        told=Told(status="unknown", reason="silent", heard=0),
    ),
    Case(
        name="who is in maintenance is not expected",
        series=((1.0,), (2.0,), (3.0,)),
        maintenance={2: ((-TAU, TAU),)},
        told=Told(status="ok", value=3.0, heard=2, expected=2, contributors=("s0", "s1")),
    ),
    Case(
        name="after maintenance again",
        series=((1.0,), (2.0,), (3.0,)),
        maintenance={2: ((-TAU, 300),)},
        told=Told(status="ok", value=6.0),
    ),
    Case(
        name="all in maintenance",
        series=((1.0,), (2.0,)),
        maintenance={0: ((0, TAU),), 1: ((0, TAU),)},
        told=Told(status="unknown", reason="no-source", heard=0, expected=0),
    ),
    Case(
        name="a jump is held back, the rest is a lower bound",
        measure=JUMPY,
        series=((1.0, 1.0), (2.0, 2.0), (3.0, 90.0)),
        told=Told(status="suspect", value=3.0, reason="implausible-jump", at_least=True),
    ),
    Case(
        name="a jump of all there is",
        measure=JUMPY,
        series=((1.0, 90.0),),
        told=Told(status="unknown", reason="implausible-jump", heard=1, expected=1),
    ),
    Case(
        name="a jump twice is held back still",
        measure=JUMPY,
        series=((1.0, 90.0, 91.0),),
        told=Told(status="unknown", reason="implausible-jump", heard=1, expected=1),
    ),
    Case(
        name="three times it is believed",
        measure=JUMPY,
        series=((1.0, 90.0, 91.0, 92.0),),
        told=Told(status="ok", value=92.0, heard=1, expected=1),
    ),
    Case(
        name="back from a jump",
        measure=JUMPY,
        series=((1.0, 90.0, 2.0),),
        told=Told(status="ok", value=2.0, heard=1, expected=1),
    ),
    Case(
        name="held back, back, held back: counted anew",
        measure=JUMPY,
        series=((1.0, 90.0, 90.0, 2.0, 90.0, 90.0),),
        told=Told(status="unknown", reason="implausible-jump", heard=1, expected=1),
    ),
    Case(
        name="the largest change that is plausible",
        measure=JUMPY,
        series=((1.0, 51.0),),
        told=Told(status="ok", value=51.0, heard=1, expected=1),
    ),
    Case(
        name="a fall as large is held back too",
        measure=JUMPY,
        series=((90.0, 1.0),),
        told=Told(status="unknown", reason="implausible-jump", heard=1, expected=1),
    ),
    Case(
        name="longer than the declared dwell is frozen",
        measure=VARYING,
        series=(STILL, (1.0,), (2.0,)),
        dwell_ms=7 * TAU - 1,
        told=Told(status="suspect", value=8.0, reason="frozen"),
    ),
    Case(
        name="as long as the declared dwell is not",
        measure=VARYING,
        series=(STILL, (1.0,), (2.0,)),
        dwell_ms=7 * TAU,
        told=Told(status="ok", value=8.0),
    ),
    Case(
        name="what need not vary may stand still",
        series=(STILL, (1.0,), (2.0,)),
        dwell_ms=TAU,
        told=Told(status="ok", value=8.0),
    ),
    Case(
        name="half a minute ahead or behind",
        series=((1.0,), (2.0,), (3.0,)),
        skewed=True,
        told=Told(status="suspect", value=6.0, reason="skewed"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_standing(case: Case) -> None:
    value = case.value()
    assert case.told.is_told_by(value), value


def test_what_is_not_measured_is_not_told() -> None:
    bench = Bench([row(over_sources=OverSources.SUM)], 2)
    bench.hear(0, 0, None)
    bench.hear(1, 0, None)
    assert (bench.value(0).status, bench.value(0).reason) == ("unknown", "no-reading")
    bench.hear(0, TAU, 4.0)
    value = bench.value(TAU)
    assert (value.value, value.status, value.at_least) == (4.0, "suspect", True)


def test_one_that_says_nothing_else_is_frozen_though_a_field_is_missing() -> None:
    """What was never measured does not move; what is measured at last, or no more, does."""
    bench = Bench([row(varies=True, weight="weight")], dwell_ms=3 * TAU)
    reasons = []
    for turn, weight in enumerate([None] * 6 + [1.0, None] + [None] * 5):
        bench.hear(0, turn * TAU, 5.0, weight=weight)
        reasons.append(bench.value(turn * TAU).reason)
    assert reasons == [""] * 4 + ["frozen"] * 2 + [""] * 5 + ["frozen"] * 2


@pytest.mark.parametrize(
    ("number", "sudden"), [(10.0, False), (15.0, False), (15.1, True), (5.0, False), (4.9, True)]
)
def test_what_moves_the_place_by_a_quarter_is_sudden(number: float, sudden: bool) -> None:
    """Up or down, by one source alone."""
    bench = Bench([SUM], 2)
    for source in (0, 1):
        bench.hear(source, 0, 10.0)
    bench.value(0)
    bench.hear(0, TAU, number)
    assert bench.group.sudden is sudden


def test_a_learnt_dwell_is_the_middle_of_the_last_five() -> None:
    bench = Bench([VARYING])
    at = 0
    for change, stood in enumerate([500, 20, 90, 40, 11, 60]):  # of the last five: 40
        for _ in range(stood):
            bench.hear(0, at, float(change))
            at += TAU
    changed = at
    while at <= changed + 3 * 40 * TAU:
        bench.hear(0, at, -1.0)
        assert bench.value(at).status == "ok"
        at += TAU
    bench.hear(0, at, -1.0)
    assert bench.value(at).reason == "frozen"


@pytest.mark.parametrize("stood", [100, 10])
def test_a_learnt_dwell_is_three_times_what_a_source_is_used_to(stood: int) -> None:
    """But never under thirty cadences: five changes after `stood` cadences each, then none."""
    bench = Bench([VARYING])
    at = 0
    for change in range(6):
        for _ in range(stood if change else 1):
            bench.hear(0, at, float(change))
            at += TAU
    changed = at - stood * TAU
    allowed = max(3 * stood, 30) * TAU
    while at <= changed + allowed:
        bench.hear(0, at, 5.0)
        assert bench.value(at).status == "ok"
        at += TAU
    bench.hear(0, at, 5.0)
    assert bench.value(at).reason == "frozen"
    bench.hear(0, at + TAU, 6.0)
    assert bench.value(at + TAU).status == "ok"


WORDS: tuple[tuple[Freshness, int, bool], ...] = (
    (Freshness.FRESH, 2 * TAU, False),
    (Freshness.LATE, 2 * TAU + 1, True),
    (Freshness.LATE, 5 * TAU, False),
    (Freshness.SILENT, 5 * TAU + 1, True),
    (Freshness.SKEWED, 0, True),
    (Freshness.MAINTENANCE, 100 * TAU, True),
)


@pytest.mark.parametrize(("word", "age", "skewed"), WORDS)
def test_the_gravest_word_is_said_of_a_source(word: Freshness, age: int, skewed: bool) -> None:
    bench = Bench([VARYING], maintenance={0: ((100 * TAU, 101 * TAU),)}, dwell_ms=TAU)
    bench.hear(0, -TAU, 1.0)
    bench.hear(0, 0, 1.0)
    (source,) = bench.group.sources
    said = freshness(source, T0_MS + age, varies=True, skewed=skewed)
    assert said is word
    bench.hear(0, TAU, 1.0)
    said = freshness(source, T0_MS + TAU, varies=True, skewed=skewed)
    assert said is Freshness.FROZEN


hearings = st.lists(
    st.tuples(
        st.integers(0, 2),  # which source
        st.integers(-3 * TAU, TAU),  # observed so long after the cadence's turn
        st.sampled_from([0.0, 0.0, 10.0, 90.0, None]),
        st.integers(0, 3 * TAU // 2),  # until the next
        st.booleans(),  # looked at in between
    ),
    max_size=25,
)


JUMP_AFTER_MAINTENANCE = [
    (1, 0, 90.0, 59_000, False),
    (0, 0, 0.0, 1_177, True),
    (1, 0, 0.0, 10, False),
]
"""the first in maintenance, so that nobody asks what it said until it is over"""


@settings(max_examples=200, deadline=None)
@given(hearings=hearings, skewed=st.booleans(), later=st.integers(0, 12 * TAU))
@example(hearings=JUMP_AFTER_MAINTENANCE, skewed=False, later=0)
def test_a_value_does_not_depend_on_when_one_looked(
    hearings: list[tuple[int, int, float | None, int, bool]], skewed: bool, later: int
) -> None:
    """What was found of the sources stands only as long as it is true: a bench that nobody looked
    at finds the same; and up to `next_check_ms` nothing changes by itself.
    """
    rows = [
        row("a", over_sources=OverSources.SUM, jump=50.0, varies=True),
        row("b", over_time=OverTime.SUM, window_seconds=25.0),
        row("c", over_time=OverTime.DIFFERENCE, window_seconds=25.0, over_sources=OverSources.MAX),
    ]
    spans = {1: ((4 * TAU, 6 * TAU + 5), (9 * TAU, 9 * TAU + 1))}

    def bench() -> Bench:
        return Bench(rows, 3, maintenance=spans, dwell_ms=3 * TAU)

    watched, unseen = bench(), bench()
    now = 0
    heard: set[tuple[int, int]] = set()
    for source, offset, number, pause, looked in hearings:
        now += pause
        observed = now + min(offset, 0)
        if (source, observed) in heard:
            continue
        heard.add((source, observed))
        for each in (watched, unseen):
            each.hear(source, observed, number)
        if looked:
            _all(watched, now, skewed)
    _same(watched, unseen, now, skewed)
    due = watched.group.next_check_ms - T0_MS
    assert due > now
    if now + later < due:
        before, after = _all(watched, now, skewed), _all(unseen, now + later, skewed)
        assert before == after
    else:
        _same(watched, unseen, now + later, skewed)


def _all(bench: Bench, at: int, skewed: bool) -> list[Value]:
    return [bench.value(at, n, skewed=skewed) for n in range(len(bench.group.rows))]


def _same(watched: Bench, unseen: Bench, at: int, skewed: bool) -> None:
    found = [
        [replace(value, revised=False) for value in _all(bench, at, skewed)]
        for bench in (watched, unseen)
    ]
    assert found[0] == found[1]
    assert watched.group.newest_ms() == unseen.group.newest_ms()
