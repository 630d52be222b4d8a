"""Why a value is what it is: the way from it down to the sources, step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from schemas.value import Value
from streams.cli.reasons import in_words
from streams.fusion.measure import Catalogue
from streams.site.model import Site

Values = Callable[[str], dict[str, Value]]
"""All values of a place."""


@dataclass(frozen=True, slots=True)
class Step:
    """A value on the way; `depth` 0 is the one asked about."""

    depth: int
    place: str
    value: Value


def path(values: Values, catalogue: Catalogue, site: Site, place: str, measure: str) -> list[Step]:
    """The value and all that it follows from, each followed by its own causes; each once."""
    steps: list[Step] = []
    waiting = [(0, place, measure)]
    while waiting:
        depth, at, key = waiting.pop()
        value = values(at).get(key)
        if value is None or any(s.place == at and s.value.measure == key for s in steps):
            continue
        steps.append(Step(depth, at, value))
        causes = dict.fromkeys(_causes(value, at, values, catalogue, site))
        waiting += reversed([(depth + 1, *cause) for cause in causes])
    return steps


def chain(steps: list[Step]) -> str:
    """The first line of causes in one line, the deepest reason in words."""
    first = [steps[0]]
    for step in steps[1:]:
        if step.depth != first[-1].depth + 1:
            break
        first.append(step)
    names = [_name(step, before) for before, step in pairwise(first)]
    last = first[-1].value
    told = f"{in_words(last.reason)} {last.heard}/{last.expected}" if last.reason else ""
    return " ← ".join((*names, told) if told else names)


def _name(step: Step, before: Step) -> str:
    """Only what differs from the step before."""
    if step.place == before.place:
        return step.value.measure
    if step.value.measure == before.value.measure:
        return step.place
    return f"{step.place} {step.value.measure}"


def _causes(
    value: Value, place: str, values: Values, catalogue: Catalogue, site: Site
) -> Iterator[tuple[str, str]]:
    """(place, measure) of what a value follows from, the cause of a doubt first."""
    prefix, colon, name = value.reason.partition(":")
    if colon:
        yield (place, name) if prefix == "input" else (name, value.measure)
    elif value.reason and value.decided_by:
        for child in site.children.get(place, ()):
            below = values(child.key).get(value.measure)
            if below is not None and below.reason == value.reason:
                yield child.key, value.measure
                break
    if value.decided_by:
        yield value.decided_by, value.measure
    elif value.measure in catalogue.derived and not colon:
        yield from ((place, key) for key in catalogue.derived[value.measure].inputs)
