"""When a play begins and how fast it goes, on the site's clock or faster than it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import inf

from connectors.publisher import Clock, Unpaced
from streams.cli.errors import SpeedError
from streams.runtime.clock import Segment, SiteClock

MAX = "max"


@dataclass(frozen=True, slots=True)
class Schedule:
    """`start_ms`: site time of the beginning. `clock`: what the play goes by."""

    start_ms: int
    clock: Clock


def speed_of(text: str) -> float:
    """Site seconds a second; `max` is infinite. Raises SpeedError."""
    if text == MAX:
        return inf
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < inf:
        raise SpeedError(f"{text!r} is no speed")
    return speed


def ending_now(site: SiteClock, length_ms: int, speed: float) -> Schedule:
    """A play of some length at some speed, shifted so that it ends at the site's now.

    At the site's own speed it begins now; played faster it begins in the past, since nothing may
    be observed in the future. A slower one begins now too and falls behind.
    """
    now_ms = site.now_ms()
    start_ms = now_ms + min(0, round(length_ms * (site.speed / speed - 1)))
    if speed == inf:
        return Schedule(start_ms, Unpaced())
    segment = Segment(wall_ms=time.time_ns() // 1_000_000, site_ms=start_ms, speed=speed)
    return Schedule(start_ms, SiteClock(segment))
