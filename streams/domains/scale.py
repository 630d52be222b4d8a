"""Scales of the standards: how many of a row of dated thresholds a number has passed."""

from __future__ import annotations

from streams.fusion.measure import Context


def count_above(context: Context, value: float, keys: tuple[str, ...]) -> int | None:
    """How many of the thresholds the value lies above; None when one is missing."""
    thresholds = context.standards(keys)
    if None in thresholds:
        return None
    return sum([value > each for each in thresholds if each is not None])


def count_reached(context: Context, value: float, keys: tuple[str, ...]) -> int | None:
    """How many of the thresholds the value has reached; None when one is missing."""
    thresholds = context.standards(keys)
    if None in thresholds:
        return None
    return sum([value >= each for each in thresholds if each is not None])
