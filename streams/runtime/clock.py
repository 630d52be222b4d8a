"""The site's clock: wall time, or a simulated time that runs faster and can be paused.

A simulated clock is a file of segments, each mapping wall time to site time. All processes read
the same file, so they agree; starting again adds a segment that goes on where the last one ended.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

NOT_BEGUN_MS = 2**62
"""in place of the instant on the wall at which a segment begins"""


@dataclass(frozen=True, slots=True)
class Segment:
    """From `wall_ms` on, site time is `site_ms + (wall − wall_ms) × speed`. Unix ms.

    Until then it stands still, and until somebody lets it begin where that is NOT_BEGUN_MS: nothing
    happens before there is somebody to see it. At `end_ms` it stands still: nothing falls silent
    because the feeding has ended.
    """

    wall_ms: int
    site_ms: int
    speed: float
    end_ms: int | None = None


class SiteClock:
    """`now_ms()` is what every process of the site takes for now."""

    def __init__(self, segment: Segment | None = None, file: Path | None = None) -> None:
        """`file` is looked into for as long as the segment has not begun."""
        self._segment = segment
        self._file = file

    @property
    def simulated(self) -> bool:
        return self._segment is not None

    @property
    def begun(self) -> bool:
        return self._segment is None or self._segment.wall_ms < NOT_BEGUN_MS

    def begin(self) -> None:
        """Lets time pass from now on, unless it does; `note_time` tells the others."""
        if self._segment is not None and not self.begun:
            self._segment = replace(self._segment, wall_ms=time.time_ns() // 1_000_000)

    @property
    def speed(self) -> float:
        return self._segment.speed if self._segment else 1.0

    def now_ms(self) -> int:
        return self.at_wall_ms(time.time_ns() // 1_000_000)

    def at_wall_ms(self, wall_ms: int) -> int:
        """Site time at an instant on the wall, Unix ms both."""
        if not self.begun and self._file is not None:
            self._segment = _segment_in(self._file)
        if self._segment is None:
            return wall_ms
        passed_ms = max(0, wall_ms - self._segment.wall_ms)
        now_ms = self._segment.site_ms + int(passed_ms * self._segment.speed)
        return now_ms if self._segment.end_ms is None else min(now_ms, self._segment.end_ms)

    def wall_seconds(self, site_ms: int) -> float:
        """How long a span of site time lasts on the wall."""
        return site_ms / 1000 / self.speed

    def wall_seconds_until(self, at_ms: int) -> float:
        """Negative when the instant has passed."""
        return self.wall_seconds(at_ms - self.now_ms())

    @classmethod
    def read(cls, path: Path) -> SiteClock:
        """The clock in the file; wall time when there is none."""
        try:
            return cls(_segment_in(path), path)
        except FileNotFoundError:
            return cls()


def _segment_in(file: Path) -> Segment:
    return Segment(**json.loads(file.read_text())["segment"])


def start_simulated(
    path: Path,
    *,
    origin_ms: int,
    speed: float,
    wall_seconds: float | None = None,
    end_ms: int | None = None,
    begun: bool = True,
) -> SiteClock:
    """Starts a simulated clock at `origin_ms`, or where the last one in the file stopped; unless
    `begun`, it stands still there until `begin`.

    It stands still at `end_ms`, and after `wall_seconds`, whichever comes first.
    """
    start_ms = _stopped_at_ms(path) or origin_ms
    ends = [] if end_ms is None else [end_ms]
    if wall_seconds is not None:
        ends.append(start_ms + int(wall_seconds * 1000 * speed))
    segment = Segment(
        wall_ms=time.time_ns() // 1_000_000 if begun else NOT_BEGUN_MS,
        site_ms=start_ms,
        speed=speed,
        end_ms=min(ends, default=None),
    )
    clock = SiteClock(segment)
    note_time(path, clock)
    return clock


def note_time(path: Path, clock: SiteClock) -> None:
    """Writes the clock with its present site time; call it about once a second and at the end."""
    segment = clock._segment  # noqa: SLF001
    if segment is None:
        return
    text = json.dumps({"segment": asdict(segment), "site_ms": clock.now_ms()})
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(text)
    draft.replace(path)


def _stopped_at_ms(path: Path) -> int | None:
    try:
        return int(json.loads(path.read_text())["site_ms"])
    except FileNotFoundError:
        return None
