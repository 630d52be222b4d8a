"""Forecasts of queues held against what was counted half an hour later."""

from __future__ import annotations

from streams.hub.balance import STEP_MS
from streams.hub.state import Promise, Score

AHEAD_STEPS = 6
"""a promise is of the queue 30 minutes ahead"""
DECAY = 0.5 ** (1 / 72)
"""one comparison each 5 minutes: half the weight after 6 hours"""
MINIMUM_WEIGHT = 6.0
"""half an hour of comparisons before a score is shown"""


def compare(score: Score, counted: float | None, now_ms: int) -> None:
    """Settles the promises that are due; one that nobody counted at its time is dropped."""
    due = [promise for promise in score.promises if promise.due_ms <= now_ms]
    score.promises = [promise for promise in score.promises if promise.due_ms > now_ms]
    for promise in due:
        if counted is None or now_ms - promise.due_ms > STEP_MS:
            continue
        score.weight = score.weight * DECAY + 1.0
        score.hits = score.hits * DECAY + float(promise.low <= counted <= promise.high)
        score.error = score.error * DECAY + abs(counted - promise.likely)


def hit_ratio(score: Score) -> float | None:
    """Share of counts between the latest and the earliest run; None before there are enough."""
    return score.hits / score.weight if score.weight >= MINIMUM_WEIGHT else None


def mean_error(score: Score) -> float | None:
    """Mean distance from the likely run, persons; None before there are enough."""
    return score.error / score.weight if score.weight >= MINIMUM_WEIGHT else None


def promise(score: Score, now_ms: int, low: float, likely: float, high: float) -> None:
    """Remembers what the three runs say of the queue 30 minutes ahead."""
    score.promises.append(Promise(now_ms + AHEAD_STEPS * STEP_MS, low, likely, high))
