"""A scale gives the colour of the level that an independent count of its steps gives."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from grafana.palette import LEVELS, Scale, falling, rising

starts = st.lists(st.integers(-1000, 1000), min_size=1, max_size=len(LEVELS) - 1, unique=True).map(
    sorted
)


def colour_at(scale: Scale, value: float) -> str:
    """As Grafana reads it: the last step that starts at or below the value."""
    return [s for s in scale if s.start is None or s.start <= value][-1].colour


@given(starts, st.integers(-1100, 1100))
def test_rising_counts_the_starts_reached(found: list[int], value: int) -> None:
    assert colour_at(rising(found), value) == LEVELS[sum(value >= start for start in found)]


@given(starts, st.integers(-1100, 1100))
def test_falling_counts_the_ends_undercut(found: list[int], value: int) -> None:
    ends = found[::-1]
    assert colour_at(falling(ends), value) == LEVELS[sum(value < end for end in ends)]


@given(starts)
def test_steps_are_in_order(found: list[int]) -> None:
    for scale in (rising(found), falling(found[::-1])):
        assert scale[0].start is None
        numbers = [step.start for step in scale[1:]]
        assert numbers == sorted(found)
