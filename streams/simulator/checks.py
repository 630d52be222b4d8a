"""Security checks of one day: who queues, how many lanes are open, how fast they pass people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from streams.simulator.crowd import Crowd, Series, at
from streams.simulator.day import Day
from streams.simulator.names import matches
from streams.simulator.ordinary import Check
from streams.simulator.script import Script

UTILISATION = 0.85  # general-knowledge: staffing for ρ = λ ÷ (c·μ) ≤ 0.85
LOOK_AHEAD_MINUTES = 15
USUAL_WAIT_MINUTES = 1.2
"""between joining and being checked even where no queue builds up"""
REJECTED_SHARE = 0.03


@dataclass(frozen=True, slots=True)
class Checking:
    """A group of lanes by minute: persons who queue, lanes open, persons passed a minute."""

    queue: Series
    open_lanes: list[int]
    passed: Series


def checking(
    checks: tuple[Check, ...],
    lanes: Mapping[str, int],
    crowds: Mapping[str, Crowd],
    day: Day,
    script: Script,
) -> dict[str, Checking]:
    """All groups of lanes of a site; `lanes` gives how many each place has."""
    found: dict[str, Checking] = {}
    for check in checks:
        places = [place for place in lanes if matches(place, check.places)]
        total = sum(lanes[place] for place in places)
        walked_in = crowds[check.crowd].walked_in
        for place in places:
            share = check.share * lanes[place] / total
            coming = [(b - a) * share for a, b in pairwise(walked_in)]
            found[place] = _group(place, coming, lanes[place], check.passes_per_min, day, script)
    return found


def _group(
    place: str, coming: Series, lanes: int, passes_per_min: float, day: Day, script: Script
) -> Checking:
    queue, open_lanes, passed = [], [], []
    backlog = 0.0
    for minute, persons in enumerate(coming):
        ahead = coming[minute : minute + LOOK_AHEAD_MINUTES]
        wanted = sum(ahead) / len(ahead) + backlog / LOOK_AHEAD_MINUTES
        usable = lanes * script.value("lanes", place, day.start_ms + minute * 60_000, 1.0)
        open_now = min(max(1, ceil(wanted / (UTILISATION * passes_per_min))), max(1, int(usable)))
        taken = min(backlog + persons, open_now * passes_per_min)
        backlog += persons - taken
        queue.append(backlog + taken * USUAL_WAIT_MINUTES)
        open_lanes.append(open_now)
        passed.append(taken)
    return Checking(queue, open_lanes, passed)


@dataclass(frozen=True, slots=True)
class Lane:
    """What one lane shows; numbers are not yet whole."""

    open: bool
    queue_persons: float
    passed_per_min: float


def lane(group: Checking, index: int, minute: float) -> Lane:
    """The group's work spread evenly over its open lanes, the first ones."""
    open_lanes = group.open_lanes[int(minute)]
    if index >= open_lanes:
        return Lane(False, 0.0, 0.0)
    return Lane(True, at(group.queue, minute) / open_lanes, at(group.passed, minute) / open_lanes)
