"""Demand against capacity, step by step: how the queue of one mode goes on.

Time is cut into steps of 5 minutes that begin at the instant of the forecast, over a horizon of 90
minutes. `waiting[k]` is the queue at the start of step k, `waiting[STEPS]` that at the horizon.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

STEPS = 18
STEP_MINUTES = 5
STEP_MS = STEP_MINUTES * 60_000
HORIZON_MINUTES = STEPS * STEP_MINUTES


@dataclass(frozen=True, slots=True)
class Supply:
    """Persons that vehicles can take in each step.

    `rate` is what arrives empty, `stock` what stands ready at the start, `most` what can be loaded:
    0 while the mode is closed, infinite where nothing bounds it.
    """

    rate: tuple[float, ...]
    most: tuple[float, ...]
    stock: float = 0.0

    @property
    def first(self) -> float:
        """What can be taken in the first step."""
        return min(self.most[0], self.rate[0] + self.stock)


@dataclass(frozen=True, slots=True)
class Course:
    """Persons in one mode over the horizon: who comes, who could be taken, who waits.

    waiting[0] + Σ demand = served + waiting[-1], always.
    """

    demand: tuple[float, ...]
    capacity: tuple[float, ...]
    waiting: tuple[float, ...]

    @property
    def served(self) -> float:
        """Persons taken away within the horizon."""
        return self.waiting[0] + sum(self.demand) - self.waiting[-1]


def course(queue: float, demand: Sequence[float], supply: Supply) -> Course:
    """Q(t+Δ) = max(0, Q + D − C) from the queue at the start.

    C is the rate plus the stock that is still there, at most what can be loaded; vehicles nobody
    needs fill the stock up again, never beyond what stood there at the start.
    """
    waiting, capacity = [queue], []
    stock = supply.stock
    for wanted, rate, most in zip(demand, supply.rate, supply.most, strict=True):
        there = waiting[-1] + wanted
        offered = min(most, rate + stock)
        stock = min(supply.stock, max(0.0, rate + stock - min(there, offered)))
        capacity.append(offered)
        waiting.append(max(0.0, there - offered))
    return Course(tuple(demand), tuple(capacity), tuple(waiting))


def minutes_until_over(queues: Sequence[tuple[Sequence[float], float]]) -> float | None:
    """Minutes until all queues (waiting, limit) are at or over their limits at the same time.

    Interpolated inside a step; None when that does not happen within the horizon. With one queue
    this is its minutes to saturation.
    """
    for step in range(STEPS if queues else 0):
        since, until = 0.0, 1.0
        for waiting, limit in queues:
            first, last = _part_over(waiting[step] - limit, waiting[step + 1] - limit)
            since, until = max(since, first), min(until, last)
        if since <= until:
            return (step + since) * STEP_MINUTES
    return None


def _part_over(start: float, end: float) -> tuple[float, float]:
    """Part of a step, 0..1, in which a line from `start` to `end` is not negative; (1, 0): none."""
    if start >= 0.0:
        return 0.0, 1.0 if end >= 0.0 else start / (start - end)
    return (start / (start - end), 1.0) if end >= 0.0 else (1.0, 0.0)
