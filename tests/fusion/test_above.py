"""Values made of values: of the places below, or of other measures of the same place."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.value import STATUS_CODE, Status, Value
from streams.fusion.derive import derive
from streams.fusion.measure import Context, Derived, RollUp
from streams.fusion.rollup import roll_up
from streams.site.model import Place
from tests.town import PLACES, T0_MS, place, town

Child = tuple[Place, Value]


def value(status: Status, number: float | None, *, at_least: bool = False, heard: int = 1) -> Value:
    known = status != "unknown"
    return Value(
        measure="m",
        status=status,
        value=number if known else None,
        observed_at_ms=T0_MS + heard if known else None,
        heard=heard if known else 0,
        expected=heard,
        at_least=at_least and known,
        reason="" if status == "ok" else f"why-{status}",
    )


values = st.builds(
    value,
    st.sampled_from(list(STATUS_CODE)),
    st.integers(0, 80).map(lambda n: n / 4),
    at_least=st.booleans(),
    heard=st.integers(1, 4),
)
children = st.lists(st.tuples(st.none() | st.integers(1, 900), values), min_size=1, max_size=6).map(
    lambda found: [
        (place(f"town.p{n}", "town", "hall", "hall", capacity=capacity), v)
        for n, (capacity, v) in enumerate(found)
    ]
)


@given(how=st.sampled_from(RollUp), children=children)
def test_a_parent_is_what_is_known_below_it(how: RollUp, children: list[Child]) -> None:
    """Recomputed exactly; unknown when under half, by weight, is known, and never better than the
    worst that counts.
    """
    found = roll_up("m", how, children)
    weight = {p.key: 1 if how is not RollUp.CAPACITY_MEAN else p.capacity or 1 for p, _ in children}
    known = {p.key: Fraction(v.value) for p, v in children if v.value is not None}
    share = Fraction(sum(weight[key] for key in known), sum(weight.values()))
    assert (found.heard, found.expected) == (
        sum(v.heard for _, v in children),
        sum(v.expected for _, v in children),
    )
    unknown_below = [p.key for p, v in children if v.value is None]
    if not known or share < Fraction(1, 2):
        assert (found.status, found.value) == ("unknown", None)
        assert found.decided_by == unknown_below[0]
        return
    parts = {key: number * weight[key] for key, number in known.items()}
    exact = {
        RollUp.SUM: sum(known.values()),
        RollUp.MAXIMUM: max(known.values()),
        RollUp.CAPACITY_MEAN: sum(parts.values()) / sum(weight[key] for key in known),
    }
    assert found.value == pytest.approx(float(exact[how]), rel=1e-12)
    assert parts[found.decided_by] == max(parts.values())
    doubtful = unknown_below or any(v.status == "suspect" for _, v in children)
    assert found.status == ("suspect" if doubtful else "ok")
    assert bool(found.reason) is bool(doubtful)
    bound = bool(unknown_below) and how is not RollUp.CAPACITY_MEAN
    assert found.at_least is (bound or any(v.at_least for _, v in children))


@given(children=children, doubt=st.sampled_from(["suspect", "unknown"]), data=st.data())
def test_a_child_that_becomes_worse_never_makes_its_parent_better(
    children: list[Child], doubt: Status, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(children) - 1))
    where, before = children[at]
    if STATUS_CODE[before.status] < STATUS_CODE[doubt]:
        worse = list(children)
        worse[at] = (
            where,
            replace(before, status=doubt, value=None if doubt == "unknown" else 1.0),
        )
        for how in RollUp:
            was, became = (roll_up("m", how, each) for each in (children, worse))
            assert STATUS_CODE[became.status] >= STATUS_CODE[was.status]


def test_nothing_below_is_nothing_to_roll_up() -> None:
    with pytest.raises(ValueError, match="at least one child"):
        roll_up("m", RollUp.SUM, [])


CONTEXT = Context(site=town(), place=PLACES[2], at_ms=T0_MS)


def divided(_: Context, a: float, b: float, spare: float | None) -> float | None:
    """a ÷ b, plus what is spare."""
    return None if b == 0 else a / b + (spare or 0.0)


ROW = Derived(
    key="test.ratio",
    inputs=("a", "b"),
    optional=("spare",),
    formula=divided,
    unit="",
    title_zh="",
    title_en="",
    description="",
)


@given(
    found=st.fixed_dictionaries({"a": values, "b": values}, optional={"spare": values}),
)
def test_a_derived_value_is_never_better_than_its_inputs(found: Mapping[str, Value]) -> None:
    """The optional one may be unknown or missing altogether."""
    named = {key: replace(v, measure=key) for key, v in found.items()}
    a, b = named["a"], named["b"]
    made = derive(ROW, named, CONTEXT)
    worst = max(a, b, key=lambda v: STATUS_CODE[v.status])
    if a.value is None or b.value is None:
        assert (made.status, made.value, made.reason) == ("unknown", None, f"input:{worst.measure}")
    elif b.value == 0:
        assert (made.status, made.value) == ("unknown", None)
        assert made.reason == "formula"
    else:
        spare = named["spare"].value if "spare" in named else None
        assert made.value == a.value / b.value + (spare or 0)
        assert made.status == worst.status
        assert made.reason == ("" if worst.status == "ok" else f"input:{worst.measure}")
        assert made.at_least is (a.at_least or b.at_least)
        assert made.observed_at_ms == max(a.observed_at_ms or 0, b.observed_at_ms or 0)
