"""How arriving passengers want to go on: priors, counts that replace them, diversions.

A row of shares has one number for each mode, in the order of the settings, and sums to 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import mul

from streams.hub.settings import ArrivalSource, Dispersal, ModeKind

Row = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """The part of those who want mode `closed` that goes to mode `other` instead, by index."""

    closed: int
    other: int
    part: float


def over_modes(
    dispersal: Dispersal, source: ArrivalSource, shares: Mapping[ModeKind, float]
) -> Row:
    """Shares of kinds as shares of modes, by weight among those of a kind that serve the source."""
    serving = [not mode.serves or source.place in mode.serves for mode in dispersal.modes]
    weights: dict[ModeKind, float] = {}
    for mode, serves in zip(dispersal.modes, serving, strict=True):
        weights[mode.kind] = weights.get(mode.kind, 0.0) + mode.weight * serves
    return tuple(
        shares.get(mode.kind, 0.0) * mode.weight / weights[mode.kind]
        if serves and mode.weight
        else 0.0
        for mode, serves in zip(dispersal.modes, serving, strict=True)
    )


def counted(
    prior: Mapping[ModeKind, float], persons: Mapping[ModeKind, float]
) -> Mapping[ModeKind, float]:
    """The prior with the counted kinds shared out as they were counted.

    What the prior gives these kinds together stays theirs: nobody counts the others.
    """
    total = sum(persons.values())
    if not total:
        return prior
    theirs = sum(prior.get(kind, 0.0) for kind in persons)
    return {**prior, **{kind: theirs * number / total for kind, number in persons.items()}}


def moves(open_: Sequence[float], table: Sequence[Sequence[tuple[int, float]]]) -> tuple[Move, ...]:
    """Where people go in a step in which mode i runs for `open_[i]` of the time.

    `table[i]` lists (mode, share): the sum is the part that goes elsewhere at all while mode i is
    closed. They choose among the modes that run, as far as they run, in the proportion of the
    table. The rest stays with the closed mode, and so do all when no mode of the table runs.
    """
    found = []
    for mode, targets in enumerate(table):
        closed = 1.0 - open_[mode]
        running = sum(share * open_[other] for other, share in targets)
        if closed <= 0.0 or not running:
            continue
        going = closed * sum(share for _, share in targets)
        for other, share in targets:
            if open_[other]:
                found.append(Move(mode, other, going * share * open_[other] / running))
    return tuple(found)


def diverted(row: Row, step_moves: Sequence[Move]) -> Row:
    """The row after the moves; its sum stays 1."""
    shares = list(row)
    for move in step_moves:
        going = row[move.closed] * move.part
        shares[move.closed] -= going
        shares[move.other] += going
    return tuple(shares)


def demand(exits: Sequence[Sequence[float]], rows: Sequence[Sequence[Row]]) -> list[list[float]]:
    """D[mode][step] = Σ over sources of exits[source][step] × rows[step][source][mode]."""
    wanted = []
    for step, row in enumerate(rows):
        coming = [out[step] for out in exits]
        wanted.append([sum(map(mul, coming, column)) for column in zip(*row, strict=True)])
    return [list(mode) for mode in zip(*wanted, strict=True)]
