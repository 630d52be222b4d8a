"""When arriving passengers come out of a terminal: bins spread by an exit-delay kernel.

A kernel is a list of shares, one for each 5 minutes after arrival, that sum to 1: the share of a
bin that comes out k steps later. Bins lie on the clock's 5-minute grid, steps begin at the instant
of the forecast, so each weight falls on two neighbouring steps in proportion to its overlap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

from schemas.value import ArrivalBin
from streams.hub.balance import STEP_MS, STEPS


@dataclass(frozen=True, slots=True)
class Exits:
    """Passengers of one source that come out in each step, in three runs; `by_bin` splits `likely`.

    `imputed` is how many of the likely ones no service declared.
    """

    likely: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    imputed: float
    by_bin: tuple[tuple[int, tuple[float, ...]], ...]
    """(start of the bin in Unix ms, its likely passengers in each step)"""


def exits(bins: Sequence[ArrivalBin], kernel: Sequence[float], now_ms: int) -> Exits:
    """Spreads bins over the steps from `now_ms` on; what came out before now is left out."""
    likely, low, high = [0.0] * STEPS, [0.0] * STEPS, [0.0] * STEPS
    imputed = 0.0
    by_bin = []
    for arrived in bins:
        shares = spread(arrived.start_ms, kernel, now_ms)
        if not any(shares):
            continue
        for step, share in enumerate(shares):
            likely[step] += arrived.passengers * share
            low[step] += arrived.passengers_low * share
            high[step] += arrived.passengers_high * share
        imputed += arrived.imputed_passengers * sum(shares)
        by_bin.append((arrived.start_ms, tuple(arrived.passengers * share for share in shares)))
    return Exits(tuple(likely), tuple(low), tuple(high), imputed, tuple(by_bin))


def spread(start_ms: int, kernel: Sequence[float], now_ms: int) -> list[float]:
    """Share of a bin's passengers that come out in each step from `now_ms` on."""
    shares = [0.0] * STEPS
    offset = (start_ms // STEP_MS * STEP_MS - now_ms) / STEP_MS
    first = floor(offset)
    later = offset - first
    for lag, weight in enumerate(kernel):
        step = first + lag
        if 0 <= step < STEPS:
            shares[step] += weight * (1.0 - later)
        if 0 <= step + 1 < STEPS:
            shares[step + 1] += weight * later
    return shares


def outflow(
    persons_per_min: float, remaining: float | None, ratio: float, kernel_steps: int, now_ms: int
) -> tuple[ArrivalBin, ...]:
    """Bins of a crowd that leaves at its present rate, until the persons `remaining` are out.

    Reaches `kernel_steps` back, since those who left a while ago are still on their way. `ratio` is
    the p90 above and the p10 below the likely number, as a share of it.
    """
    first = now_ms // STEP_MS - kernel_steps
    steps = range(first, now_ms // STEP_MS + STEPS + 1)
    left = float("inf") if remaining is None else remaining
    bins = []
    for step in steps:
        persons = persons_per_min * STEP_MS / 60_000
        if (step + 1) * STEP_MS > now_ms:
            to_come = min(1.0, ((step + 1) * STEP_MS - now_ms) / STEP_MS)
            gone = persons * (1.0 - to_come)
            coming = min(persons * to_come, left)
            left -= coming
            persons = gone + coming
        bins.append(
            ArrivalBin(
                start_ms=step * STEP_MS,
                services=0,
                passengers=persons,
                imputed_passengers=0.0,
                passengers_low=persons * (1.0 - ratio),
                passengers_high=persons * (1.0 + ratio),
            )
        )
    return tuple(bins)
