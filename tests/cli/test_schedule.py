"""A play is shifted so that nothing is observed in the future."""

from __future__ import annotations

import time
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.publisher import Unpaced
from streams.cli.errors import SpeedError
from streams.cli.schedule import ending_now, speed_of
from streams.runtime.clock import Segment, SiteClock

LENGTHS = st.integers(min_value=0, max_value=40 * 86_400_000)


def clock(speed: float) -> SiteClock:
    now_ms = time.time_ns() // 1_000_000
    return SiteClock(Segment(wall_ms=now_ms, site_ms=1_784_118_600_000, speed=speed))


@given(LENGTHS, st.floats(min_value=0.1, max_value=100), st.floats(min_value=0.01, max_value=1e4))
def test_it_ends_now_and_never_runs_ahead(length_ms: int, site_speed: float, speed: float) -> None:
    site = clock(site_speed)
    before_ms = site.now_ms()
    schedule = ending_now(site, length_ms, speed)
    took_ms = length_ms / speed * site_speed
    assert schedule.start_ms <= site.now_ms()
    if speed >= site_speed:
        assert schedule.start_ms + length_ms == pytest.approx(before_ms + took_ms, abs=2000)
    assert schedule.clock.wall_seconds_until(schedule.start_ms) <= 0


@given(LENGTHS)
def test_at_full_speed_the_end_is_now(length_ms: int) -> None:
    site = clock(1.0)
    schedule = ending_now(site, length_ms, inf)
    assert isinstance(schedule.clock, Unpaced)
    assert schedule.start_ms + length_ms == pytest.approx(site.now_ms(), abs=2000)


def test_at_the_site_s_own_speed_it_begins_now() -> None:
    site = clock(40.0)
    assert ending_now(site, 3_600_000, 40.0).start_ms == pytest.approx(site.now_ms(), abs=2000)


def test_speeds() -> None:
    assert [speed_of(text) for text in ("1", "0.5", "40", "max")] == [1.0, 0.5, 40.0, inf]
    for wrong in ("", "0", "-1", "inf", "nan", "fast"):
        with pytest.raises(SpeedError):
            speed_of(wrong)
