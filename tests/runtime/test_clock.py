"""The site's clock: continuous, as fast as it says, and still at its end."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.runtime.clock import Segment, SiteClock, note_time, start_simulated
from tests.town import T0_MS
from tests.waiting import wait_for


def wall_ms() -> int:
    return time.time_ns() // 1_000_000


def test_without_a_file_it_is_wall_time(tmp_path: Path) -> None:
    clock = SiteClock.read(tmp_path / "clock.json")
    before = wall_ms()
    assert before <= clock.now_ms() <= wall_ms()
    assert (clock.simulated, clock.speed, clock.wall_seconds(1500)) == (False, 1.0, 1.5)
    note_time(tmp_path / "clock.json", clock)
    assert not (tmp_path / "clock.json").exists()


@given(
    passed_ms=st.integers(0, 10**9),
    speed=st.floats(0.1, 1000),
    left_ms=st.none() | st.integers(-(10**9), 10**12),
)
def test_it_runs_at_its_speed_and_not_beyond_its_end(
    passed_ms: int, speed: float, left_ms: int | None
) -> None:
    end_ms = None if left_ms is None else T0_MS + left_ms
    clock = SiteClock(Segment(wall_ms() - passed_ms, T0_MS, speed, end_ms))
    before = wall_ms()
    now_ms = clock.now_ms()
    took_ms = wall_ms() - before
    expected = T0_MS + passed_ms * speed
    if end_ms is not None and now_ms == end_ms:
        assert expected + (took_ms + 2) * speed >= end_ms
        assert clock.wall_seconds_until(end_ms) == 0
    else:
        assert expected - 1 <= now_ms <= expected + (took_ms + 2) * speed


def test_started_again_it_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """All processes read one file; the pause between two runs does not exist for the site."""
    path = tmp_path / "data" / "clock.json"
    first = start_simulated(path, origin_ms=T0_MS, speed=40.0)
    time.sleep(0.05)
    note_time(path, first)
    stopped_ms = json.loads(path.read_text())["site_ms"]
    assert stopped_ms >= T0_MS + 50 * 40
    before = wall_ms()
    again = start_simulated(path, origin_ms=T0_MS, speed=1.0)
    assert stopped_ms <= again.now_ms() <= stopped_ms + wall_ms() - before + 1
    assert again.now_ms() <= SiteClock.read(path).now_ms() <= again.now_ms()
    assert [p.name for p in path.parent.iterdir()] == ["clock.json"]


def test_all_processes_stand_still_until_one_lets_it_begin(tmp_path: Path) -> None:
    path = tmp_path / "clock.json"
    clock = start_simulated(path, origin_ms=T0_MS, speed=1e6, wall_seconds=1.0, begun=False)
    other = SiteClock.read(path)
    time.sleep(0.01)
    assert [c.begun for c in (clock, other)] == [False, False]
    assert {clock.now_ms(), other.now_ms(), other.at_wall_ms(wall_ms() + 10**6)} == {T0_MS}
    before = wall_ms()
    clock.begin()
    note_time(path, clock)
    wait_for(lambda: other.now_ms() > T0_MS, "time")
    assert clock.begun
    assert other.begun
    instant = wall_ms() + 100
    clock.begin()  # it has
    assert clock.at_wall_ms(instant) == other.at_wall_ms(instant)
    assert clock.at_wall_ms(before) == T0_MS
    assert other.at_wall_ms(instant + 10**6) == T0_MS + 10**9


def test_a_play_stopped_before_it_began_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "clock.json"
    note_time(path, start_simulated(path, origin_ms=T0_MS, speed=1.0, begun=False))
    again = start_simulated(path, origin_ms=T0_MS + 1, speed=1.0, end_ms=T0_MS)
    assert (again.begun, again.now_ms()) == (True, T0_MS)


@pytest.mark.parametrize(
    ("end_ms", "wall_seconds", "stands_at"),
    [(T0_MS + 10, None, 10), (T0_MS + 10**9, 0.001, 10**6), (T0_MS + 10, 0.001, 10)],
)
def test_it_stands_still_at_whichever_end_comes_first(
    tmp_path: Path, end_ms: int, wall_seconds: float | None, stands_at: int
) -> None:
    clock = start_simulated(
        tmp_path / "clock.json",
        origin_ms=T0_MS,
        speed=1e6,
        end_ms=end_ms,
        wall_seconds=wall_seconds,
    )
    time.sleep(0.01)
    assert clock.now_ms() == T0_MS + stands_at
