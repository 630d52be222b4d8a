"""How far a department's clock is off."""

from __future__ import annotations

from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from streams.gate import FeedState
from tests.town import FEEDS, T0_MS

arrivals = st.lists(
    st.tuples(st.integers(0, 120_000), st.integers(-60_000, 600_000)), min_size=1, max_size=60
)


@given(arrivals=arrivals)
def test_skew_is_the_median_of_five_minutes_of_arrivals(arrivals: list[tuple[int, int]]) -> None:
    """`arrivals` are (time since the one before, delay)."""
    state = FeedState(FEEDS[0])
    received_ms = T0_MS
    heard: list[tuple[int, int]] = []
    for pause_ms, delay_ms in arrivals:
        received_ms += pause_ms
        heard.append((received_ms, delay_ms))
        state.hear(received_ms, received_ms - delay_ms)
        recent = [delay for ms, delay in heard if ms > received_ms - 300_000]
        assert state.skew_ms == int(median(recent))
        assert state.last_received_ms == received_ms


def test_arrivals_of_long_ago_change_nothing() -> None:
    """A cell that is brought up again from far back arrives where the feed has long been."""
    state = FeedState(FEEDS[0])
    state.hear(T0_MS, T0_MS - 1_000)
    for turn in range(400):
        state.hear(T0_MS - 4_000_000 + turn, T0_MS - 4_100_000)
    assert state.skew_ms == 1_000
