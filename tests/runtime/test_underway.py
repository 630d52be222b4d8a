"""The age of arrivals against all that came within two seconds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.runtime.underway import RECENT_SECONDS, Underway


@given(st.lists(st.tuples(st.floats(0, 1.5), st.integers(-500, 400_000)), max_size=30))
def test_it_is_the_greatest_of_the_recent_ones(arrivals: list[tuple[float, int]]) -> None:
    now = 0.0
    underway = Underway(lambda: now)
    heard: list[tuple[float, int]] = []
    for pause, age_ms in arrivals:
        now += pause
        recent = [age for at, age in heard if at >= now - RECENT_SECONDS]
        assert underway.age_ms() == max([0, *recent])
        underway.arrive(age_ms)
        heard.append((now, age_ms))
        assert underway.age_ms() >= age_ms
