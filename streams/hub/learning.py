"""What gate counts teach: how long arrivals take to come out, and how they go on.

Called once for each 5-minute step of the clock that has passed, with the rates counted in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from schemas.value import ArrivalBin
from streams.hub.balance import STEP_MS
from streams.hub.settings import ModeKind
from streams.hub.state import CountedSplit, LearntKernel

RATE = 0.05
"""share of the error each step corrects: slow enough not to follow one late train"""


def decay(half_life_steps: float) -> float:
    """Factor by which older counts lose weight at each step."""
    return float(0.5 ** (1.0 / half_life_steps))


def count_split(
    split: CountedSplit | None, persons: Mapping[ModeKind, float], factor: float
) -> CountedSplit:
    """The split with one more step counted; kinds that are new begin with this count."""
    old = split or CountedSplit(persons={})
    return CountedSplit(
        persons={kind: old.persons.get(kind, 0.0) * factor + n for kind, n in persons.items()},
        steps=old.steps * factor + 1.0,
    )


def learn_kernel(
    kernel: LearntKernel,
    bins: Sequence[ArrivalBin],
    came_out: float,
    now_ms: int,
    factor: float,
) -> LearntKernel:
    """The kernel after the step that ended last, in which `came_out` persons passed the gates.

    Normalised least mean squares (Widrow and Hoff 1960): each share moves along the arrivals it
    weighs, against the error; then shares are made positive and to sum to 1. The gates may count a
    steady part of the arrivals only: the error is taken after that part.
    """
    step = now_ms // STEP_MS - 1
    arrived = {arrived.start_ms // STEP_MS: arrived.passengers for arrived in bins}
    past = [arrived.get(step - lag, 0.0) for lag in range(len(kernel.shares))]
    power = sum(persons * persons for persons in past)
    if not power:
        return kernel
    expected = sum(a * g for a, g in zip(past, kernel.shares, strict=True))
    out = kernel.out * factor + came_out
    predicted = kernel.predicted * factor + expected
    scale = out / predicted if predicted else 0.0
    if not scale:
        return LearntKernel(kernel.shares, kernel.steps, out, predicted)
    error = came_out / scale - expected
    moved = [
        max(0.0, g + RATE * error * a / power) for a, g in zip(past, kernel.shares, strict=True)
    ]
    total = sum(moved)
    shares = [share / total for share in moved] if total else kernel.shares
    return LearntKernel(shares, kernel.steps + 1, out, predicted)
