"""Why a mode fills up: the largest parts of what waits at the step in which it is first full."""

from __future__ import annotations

from collections.abc import Iterator

from streams.hub.balance import STEP_MINUTES, STEPS
from streams.hub.forecast import Inputs, Run
from streams.hub.picture import Contributor
from streams.hub.settings import Dispersal

SHOWN = 5


def contributors(
    dispersal: Dispersal, inputs: Inputs, run: Run, mode: int, minutes: float
) -> tuple[Contributor, ...]:
    """The five largest, most persons first; `minutes` until the mode is saturated.

    Counted are those who came since the queue was last empty, and the queue at the start if it
    never was: everybody who waits at that step is among them. Shares are of all of these.
    """
    course = run.courses[mode]
    if course is None:
        return ()
    last = min(int(minutes // STEP_MINUTES), STEPS - 1)
    first = max((step for step in range(last + 1) if course.waiting[step] == 0.0), default=0)
    persons: dict[tuple[str, int, str], float] = {}
    if course.waiting[first]:
        persons["", 0, ""] = course.waiting[first]
    for key, number in _arriving(dispersal, inputs, run, mode, range(first, last + 1)):
        persons[key] = persons.get(key, 0.0) + number
    total = sum(persons.values())
    largest = sorted(persons.items(), key=lambda item: (-item[1], item[0]))[:SHOWN]
    return tuple(
        Contributor(
            source=source,
            arrived_at_ms=start_ms or None,
            via=via,
            persons=number,
            share=number / total,
        )
        for (source, start_ms, via), number in largest
        if number
    )


def _arriving(
    dispersal: Dispersal, inputs: Inputs, run: Run, mode: int, steps: range
) -> Iterator[tuple[tuple[str, int, str], float]]:
    """((source, bin, mode diverted from), persons) for each way by which somebody comes."""
    for source, out in zip(range(len(inputs.exits)), inputs.exits, strict=True):
        for start_ms, coming in out.by_bin if out else ():
            key = dispersal.sources[source].place, start_ms
            for step in steps:
                row = inputs.wanted[step][source]
                kept = row[mode]
                for move in run.moves[step]:
                    if move.closed == mode:
                        kept -= row[mode] * move.part
                    elif move.other == mode:
                        via = dispersal.modes[move.closed].place
                        yield (*key, via), coming[step] * row[move.closed] * move.part
                yield (*key, ""), coming[step] * kept
