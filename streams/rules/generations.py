"""The ladders of a rule over time: standards are dated, so thresholds change on known days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from streams.rules.rows import RuleRow, StepRow, ThresholdRow
from streams.rules.rule import Step
from streams.site.entry import Entry
from streams.site.mistake import Mistake, one_of
from streams.site.model import Site, Standard

Generation = tuple[int, tuple[Step, ...]]
"""(valid_from_ms, steps)"""


def generations(
    row: RuleRow, entry: Entry, site: Site, mistakes: list[Mistake]
) -> tuple[Generation, ...]:
    """The steps from the rule's own `valid_from` on and as of each day a standard changes them.

    Before the first day on which all its standards hold the rule is not in force.
    """
    first_ms = _midnight_ms(row, site)
    found: list[Generation] = []
    known = len(mistakes)
    mistakes += _unknown_standards(row, entry, site)
    if len(mistakes) > known:
        return ()
    for at_ms in sorted({first_ms, *(ms for ms in _changes(row, site) if ms > first_ms)}):
        steps = _steps(row, site, at_ms)
        if steps is None:
            if found:
                mistakes.append(
                    entry.mistake(("steps",), "standards that go on", _day(at_ms, site))
                )
        elif not found or found[-1][1] != steps:
            found.append((at_ms, steps))
            mistakes += _ladder_mistakes(row, entry, steps)
    if not found:
        mistakes.append(entry.mistake(("steps",), f"standards that hold in area {site.area}"))
    return tuple(found)


def standards_of(row: RuleRow, site: Site, at_ms: int) -> tuple[Standard, ...]:
    """The rows the rule's thresholds come from at an instant, each once, lowest step first."""
    rows = (site.standard(key, at_ms) for _, key in _named(row))
    return tuple(dict.fromkeys(found for found in rows if found is not None))


def _named(row: RuleRow) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for index, step in enumerate(row.steps):
        for name, threshold in (("enter", step.enter), ("exit", step.exit)):
            if threshold.standard is not None:
                yield ("steps", index, name, "standard"), threshold.standard


def _unknown_standards(row: RuleRow, entry: Entry, site: Site) -> Iterator[Mistake]:
    known = {standard.key for standard in site.standards}
    for at, key in _named(row):
        if key not in known:
            yield entry.mistake(at, one_of(known, key))


def _changes(row: RuleRow, site: Site) -> Iterator[int]:
    named = {key for _, key in _named(row)}
    for standard in site.standards:
        if standard.key in named:
            yield standard.valid_from_ms
            if standard.valid_to_ms is not None:
                yield standard.valid_to_ms


def _steps(row: RuleRow, site: Site, at_ms: int) -> tuple[Step, ...] | None:
    steps = [_step(step, site, at_ms) for step in row.steps]
    return tuple(step for step in steps if step) if all(steps) else None


def _step(row: StepRow, site: Site, at_ms: int) -> Step | None:
    enter = _number(row.enter, site, at_ms)
    leave = _number(row.exit, site, at_ms)
    if enter is None or leave is None:
        return None
    return Step(
        level=row.level,
        enter=enter,
        exit=leave,
        for_seconds=row.for_seconds,
        hold_seconds=row.hold_seconds,
    )


def _number(row: ThresholdRow, site: Site, at_ms: int) -> float | None:
    if row.standard is None:
        return row.value
    standard = site.standard(row.standard, at_ms)
    return None if standard is None else round(standard.value * row.factor, 9)


def _ladder_mistakes(row: RuleRow, entry: Entry, steps: tuple[Step, ...]) -> Iterator[Mistake]:
    """Rungs in order, each left strictly on the safe side of where it is entered."""
    rising = row.bad_when == "high"
    sign = 1 if rising else -1
    word, safe = ("above", "below") if rising else ("below", "above")
    for index, step in enumerate(steps):
        if sign * step.exit >= sign * step.enter:
            at = ("steps", index, "exit")
            yield entry.mistake(at, f"a number {safe} enter, {step.enter:g}", f"{step.exit:g}")
    for index, (low, high) in enumerate(pairwise(steps), start=1):
        if high.level <= low.level:
            at = ("steps", index, "level")
            yield entry.mistake(at, f"a level above {low.level}, the step before")
        if sign * high.enter <= sign * low.enter:
            allowed = f"a number {word} {low.enter:g}, the step before"
            yield entry.mistake(("steps", index, "enter"), allowed, f"{high.enter:g}")
        if sign * high.exit < sign * low.exit:
            allowed = f"no number {safe} {low.exit:g}, the step before"
            yield entry.mistake(("steps", index, "exit"), allowed, f"{high.exit:g}")


def _midnight_ms(row: RuleRow, site: Site) -> int:
    if row.valid_from is None:
        return 0
    day = row.valid_from
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(site.timezone))
    return round(midnight.timestamp() * 1000)


def _day(at_ms: int, site: Site) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, ZoneInfo(site.timezone)):%Y-%m-%d}"
