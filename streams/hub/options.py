"""What could be done, and what it would change: each option is one more likely run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from operator import add

from streams.hub.balance import HORIZON_MINUTES, STEP_MINUTES, STEPS, Supply
from streams.hub.capacity import Offer, Room
from streams.hub.forecast import (
    Forecast,
    Inputs,
    Plan,
    Run,
    first_saturated,
    likely_plan,
    run,
    stranded,
)
from streams.hub.picture import OptionEffect
from streams.hub.settings import Dispersal, Extend, Meter, Option, Reinforce

STEPS_PER_HOUR = 60 / STEP_MINUTES


def effects(dispersal: Dispersal, forecast: Forecast) -> tuple[OptionEffect, ...]:
    """The effect of each option that has one, the fewest stranded persons first, then the latest
    saturation; none while nothing is about to fill up or to strand anybody."""
    inputs = forecast.inputs
    plan = likely_plan(inputs)
    minutes, persons = _outcome(inputs, plan, forecast.likely)
    if minutes == HORIZON_MINUTES and not persons:
        return ()
    found = []
    for option in dispersal.options:
        changed = _changed(dispersal, inputs, plan, option)
        if changed == plan:
            continue
        after, left = _outcome(inputs, changed, run(inputs, changed))
        found.append(
            OptionEffect(
                key=option.key,
                title_zh=option.title_zh,
                title_en=option.title_en,
                ready_after_minutes=option.ready_after_minutes,
                minutes_to_saturation=after,
                minutes_change=after - minutes,
                stranded_persons=left,
                stranded_change=left - persons,
                held_persons=_total(plan.exits) - _total(changed.exits),
            )
        )
    return tuple(sorted(found, key=lambda e: (round(e.stranded_change), -round(e.minutes_change))))


def _outcome(inputs: Inputs, plan: Plan, made: Run) -> tuple[float, float]:
    """(minutes to the first saturation, the horizon if none is within it; persons stranded)"""
    first = first_saturated(made.courses, inputs.limits)
    left = sum(
        stranded(course, open_)
        for course, open_ in zip(made.courses, plan.open, strict=True)
        if course is not None
    )
    return (first[1] if first else float(HORIZON_MINUTES)), left


def _total(exits: Sequence[Sequence[float]]) -> float:
    return sum(map(sum, exits))


def _changed(dispersal: Dispersal, inputs: Inputs, plan: Plan, option: Option) -> Plan:
    """The plan with the option taken; an equal plan where it would change nothing."""
    if isinstance(option, Meter):
        exits = [
            metered(coming, option) if source.place == option.place else coming
            for source, coming in zip(dispersal.sources, plan.exits, strict=True)
        ]
        return replace(plan, exits=tuple(exits))
    open_, supplies = list(plan.open), list(plan.supplies)
    for index, mode in enumerate(dispersal.modes):
        supply, offer = supplies[index], inputs.offers[index]
        if mode.place not in option.modes or supply is None or offer.room is None:
            continue
        if isinstance(option, Reinforce):
            open_[index], supplies[index] = reinforced(open_[index], supply, option)
        else:
            open_[index], supplies[index] = extended(offer, offer.room, supply, option)
    return replace(plan, open=tuple(open_), supplies=tuple(supplies))


def metered(coming: Sequence[float], option: Meter) -> tuple[float, ...]:
    """Who comes out when at most so many are let out in a step; the others wait inside."""
    held = 0.0
    released = []
    for step, persons in enumerate(coming):
        free = step * STEP_MINUTES < option.ready_after_minutes
        out = persons + held if free else min(option.at_most_per_5min, persons + held)
        held += persons - out
        released.append(out)
    return tuple(released)


def reinforced(
    open_: Sequence[float], supply: Supply, option: Reinforce
) -> tuple[tuple[float, ...], Supply]:
    """With more vehicles from the moment they are ready; the mode runs from then on."""
    ready = _within(option.ready_after_minutes, float("inf"))
    extra = option.vehicles_per_hour / STEPS_PER_HOUR * option.persons_per_vehicle
    return tuple(map(max, open_, ready)), Supply(
        rate=tuple(rate + extra * share for rate, share in zip(supply.rate, ready, strict=True)),
        most=tuple(most + extra * share for most, share in zip(supply.most, ready, strict=True)),
        stock=supply.stock,
    )


def extended(
    offer: Offer, room: Room, supply: Supply, option: Extend
) -> tuple[tuple[float, ...], Supply]:
    """With the same service for longer; unchanged where it has ended or ends too soon for that."""
    end = offer.minutes_to_last
    if not end or end < option.ready_after_minutes:
        return offer.open, supply
    longer = _within(end, end + option.by_minutes)
    most = [room.most * share if share else 0.0 for share in longer]
    return tuple(min(1.0, a + b) for a, b in zip(offer.open, longer, strict=True)), Supply(
        rate=tuple(
            rate + room.rate * share for rate, share in zip(supply.rate, longer, strict=True)
        ),
        most=tuple(map(add, supply.most, most)),
        stock=supply.stock,
    )


def _within(start: float, end: float) -> tuple[float, ...]:
    """Share of each step between two instants, in minutes from now."""
    return tuple(
        max(0.0, min(end, (step + 1) * STEP_MINUTES) - max(start, step * STEP_MINUTES))
        / STEP_MINUTES
        for step in range(STEPS)
    )
