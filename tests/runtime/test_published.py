"""The watermark of a simulated world against what its publisher said, and when."""

from __future__ import annotations

from bisect import bisect_right
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.runtime.clock import Segment, SiteClock
from streams.runtime.published import SILENT_SECONDS, Statement, Watermark

START_MS = 1_784_118_600_000
CLOCK = SiteClock(Segment(wall_ms=START_MS, site_ms=START_MS, speed=40.0))


def write(path: Path, said: Statement) -> None:
    path.write_bytes(msgspec.json.encode(said))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(1, 3000), st.integers(0, 2000), st.integers(0, 4000)), max_size=20
    )
)
def test_it_is_the_newest_statement_before_all_was_read(
    tmp_path: Path, turns: list[tuple[int, int, int]]
) -> None:
    now_ms, site_ms = START_MS, START_MS
    path = tmp_path / "published.json"
    path.unlink(missing_ok=True)
    watermark = Watermark(path, CLOCK, lambda: now_ms)
    said: list[Statement] = []
    for pause_ms, passed_ms, read_ago_ms in turns:
        now_ms += pause_ms
        site_ms += passed_ms
        said.append(Statement(now_ms, site_ms))
        write(path, said[-1])
        read_ms = now_ms - read_ago_ms
        before = bisect_right(said, read_ms, key=lambda statement: statement.wall_ms)
        assert watermark.known_ms(read_ms) == (said[before - 1].site_ms if before else 0)


def test_a_publisher_that_says_nothing_holds_nobody_up_for_ever(tmp_path: Path) -> None:
    now_ms = START_MS
    path = tmp_path / "published.json"
    watermark = Watermark(path, CLOCK, lambda: now_ms)
    assert watermark.known_ms(now_ms) == 0
    write(path, Statement(START_MS - 1, START_MS))  # of a run before this one
    now_ms += 5_000
    assert watermark.known_ms(now_ms) == 0
    now_ms += int(SILENT_SECONDS * 1000)
    assert watermark.known_ms(now_ms) == CLOCK.at_wall_ms(now_ms)
    write(path, Statement(now_ms, START_MS + 7))
    assert watermark.known_ms(now_ms) == START_MS + 7
