"""Scales of the standards: how many of a row of dated thresholds a number has passed."""

from __future__ import annotations

from collections.abc import Iterable

from streams.fusion.measure import Context


def numbers(context: Context, keys: Iterable[str]) -> tuple[float, ...] | None:
    """The standards of these keys that hold here and now, or None when one is missing."""
    found = [context.standard(key) for key in keys]
    known = tuple(number for number in found if number is not None)
    return known if len(known) == len(found) else None


def count_above(context: Context, value: float, keys: Iterable[str]) -> int | None:
    """How many of the thresholds the value lies above; None when one is missing."""
    thresholds = numbers(context, keys)
    return None if thresholds is None else sum(value > each for each in thresholds)


def count_reached(context: Context, value: float, keys: Iterable[str]) -> int | None:
    """How many of the thresholds the value has reached; None when one is missing."""
    thresholds = numbers(context, keys)
    return None if thresholds is None else sum(value >= each for each in thresholds)
