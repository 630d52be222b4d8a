"""The dispersal balance: exits × split against capacity, in three runs.

likely; earliest: arrivals at p90, capacity at p10, queue at its highest; latest: the reverse.
A queue of which only the lower bound is known starts from that in all three.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from streams.hub.arrivals import Exits
from streams.hub.balance import STEPS, Course, Supply, course, minutes_until_over
from streams.hub.capacity import Offer
from streams.hub.queues import Queue
from streams.hub.settings import Spread
from streams.hub.split import Move, Row, demand, diverted, moves

NOBODY = (0.0,) * STEPS
Courses = tuple[Course | None, ...]


@dataclass(frozen=True, slots=True)
class Inputs:
    """All a run needs, in the order of the settings' sources and modes.

    `exits` is None for a source whose arrivals are unknown: what it adds is missing from the runs.
    `wanted[step][source]` are the shares before any diversion; `limits` None means never full.
    """

    exits: tuple[Exits | None, ...]
    wanted: tuple[tuple[Row, ...], ...]
    offers: tuple[Offer, ...]
    queues: tuple[Queue, ...]
    limits: tuple[float | None, ...]
    spreads: tuple[Spread, ...]
    table: tuple[tuple[tuple[int, float], ...], ...]
    """for each mode (other mode, share) where people go while it is closed"""
    known: tuple[bool, ...] = ()
    """False for a mode that is not to be forecast: too much of it is unknown; empty: all are"""

    def supply(self, mode: int, factor: float = 1.0) -> Supply | None:
        """Supply of a mode by index; None where there is no forecast of it."""
        if self.known and not self.known[mode]:
            return None
        return self.offers[mode].supply(factor)

    def supplies(self, factors: Sequence[float]) -> tuple[Supply | None, ...]:
        return tuple(self.supply(mode, factor) for mode, factor in enumerate(factors))


@dataclass(frozen=True, slots=True)
class Plan:
    """What may differ from one run to another: who comes out, what runs when, what it takes."""

    exits: tuple[Sequence[float], ...]
    open: tuple[tuple[float, ...], ...]
    supplies: tuple[Supply | None, ...]
    queues: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """`courses[mode]` is None where there is no forecast of the mode; its demand is there."""

    demand: tuple[tuple[float, ...], ...]
    courses: Courses
    moves: tuple[tuple[Move, ...], ...]


@dataclass(frozen=True, slots=True)
class Forecast:
    inputs: Inputs
    likely: Run
    earliest: Run
    latest: Run


def likely_plan(inputs: Inputs) -> Plan:
    return Plan(
        exits=tuple(out.likely if out else NOBODY for out in inputs.exits),
        open=tuple(offer.open for offer in inputs.offers),
        supplies=inputs.supplies([1.0] * len(inputs.offers)),
        queues=tuple(queue.likely for queue in inputs.queues),
    )


def forecast(inputs: Inputs) -> Forecast:
    """The three runs of the same inputs."""
    likely = likely_plan(inputs)
    earliest = replace(
        likely,
        exits=tuple(out.high if out else NOBODY for out in inputs.exits),
        supplies=inputs.supplies([spread.low for spread in inputs.spreads]),
        queues=tuple(q.likely if q.open else q.high for q in inputs.queues),
    )
    latest = replace(
        likely,
        exits=tuple(out.low if out else NOBODY for out in inputs.exits),
        supplies=inputs.supplies([spread.high for spread in inputs.spreads]),
        queues=tuple(queue.low for queue in inputs.queues),
    )
    return Forecast(
        inputs=inputs,
        likely=run(inputs, likely),
        earliest=run(inputs, earliest),
        latest=run(inputs, latest),
    )


def going(
    open_: Sequence[tuple[float, ...]], table: Sequence[Sequence[tuple[int, float]]]
) -> tuple[tuple[Move, ...], ...]:
    """Moves of each step; `open_[mode][step]` is the share of the step in which the mode runs."""
    steps = list(zip(*open_, strict=True))
    different = {step: moves(step, table) if min(step) < 1.0 else () for step in set(steps)}
    return tuple(different[step] for step in steps)


def run(inputs: Inputs, plan: Plan) -> Run:
    """One run over the horizon."""
    step_moves = going(plan.open, inputs.table)
    rows = [
        tuple(diverted(row, away) for row in wanted) if away else wanted
        for wanted, away in zip(inputs.wanted, step_moves, strict=True)
    ]
    wanting = demand(plan.exits, rows)
    courses = tuple(
        None if supply is None else course(queue, coming, supply)
        for queue, coming, supply in zip(plan.queues, wanting, plan.supplies, strict=True)
    )
    return Run(tuple(tuple(mode) for mode in wanting), courses, step_moves)


def minutes_to_saturation(course_: Course | None, most: float | None) -> float | None:
    """None: not within the horizon, or nothing is known or limits it."""
    if course_ is None or most is None:
        return None
    return minutes_until_over([(course_.waiting, most)])


def first_saturated(courses: Courses, limits: Sequence[float | None]) -> tuple[int, float] | None:
    """The mode that is full first, with the minutes until then; None within the horizon."""
    times = [
        (minutes, mode)
        for mode, (course_, most) in enumerate(zip(courses, limits, strict=True))
        if (minutes := minutes_to_saturation(course_, most)) is not None
    ]
    if not times:
        return None
    minutes, mode = min(times)
    return mode, minutes


def all_saturated(courses: Courses, limits: Sequence[float | None]) -> float | None:
    """Minutes until all known modes with a limit are full at the same time."""
    return minutes_until_over(
        [
            (course_.waiting, most)
            for course_, most in zip(courses, limits, strict=True)
            if course_ is not None and most is not None
        ]
    )


def stranded(course_: Course, open_: Sequence[float]) -> float:
    """Persons left at a mode that is closed at the horizon: its queue when it ended, and later
    demand that no other mode takes."""
    return 0.0 if open_[-1] else course_.waiting[-1]
