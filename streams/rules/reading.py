"""What the operators compare with a ladder's steps: a share of silence, a robust slope."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.value import Value

Point = tuple[int, float]
"""(observed_at_ms, value)"""

POINTS_KEPT = 24
MINUTE_MS = 60_000


def silent_share(value: Value) -> float:
    """1 − coverage; 0 where no source is expected, since nothing can then be missing."""
    return 1.0 - value.coverage if value.expected else 0.0


def with_point(points: Sequence[Point], point: Point, window_ms: int) -> tuple[Point, ...]:
    """The points of the trailing window, start exclusive, with a newer one added.

    The window is cut into POINTS_KEPT spans, of each of which the newest point is kept: memory is
    bounded, and which points are kept depends on event time only. A point no newer than the last
    span is a revision and takes its place; an older one changes nothing.
    """
    at_ms = point[0]
    if points and at_ms < points[-1][0]:
        return tuple(points)
    span_ms = max(1, window_ms // POINTS_KEPT)
    kept = [old for old in points if old[0] > at_ms - window_ms]
    if kept and kept[-1][0] // span_ms == at_ms // span_ms:
        kept.pop()
    return (*kept, point)


def slope_per_minute(points: Sequence[Point], minimum_points: int) -> float | None:
    """Theil–Sen: the median of the slopes of all pairs, which a few wild points cannot bend.

    None with fewer points than asked for. Source: Sen (1968), J. Am. Stat. Assoc. 63, 1379–1389.
    """
    if len(points) < max(2, minimum_points):
        return None
    slopes = sorted(
        (later - earlier) / (later_ms - earlier_ms)
        for index, (earlier_ms, earlier) in enumerate(points)
        for later_ms, later in points[index + 1 :]
    )
    middle = len(slopes) // 2
    median = slopes[middle] if len(slopes) % 2 else (slopes[middle - 1] + slopes[middle]) / 2
    return median * MINUTE_MS
