"""Queues and filling places: Little's law, and how long until a place is full."""

from __future__ import annotations

LONGEST_WAIT_MINUTES = 240.0
"""A wait of this length means "this or longer": with nobody served there is no upper bound, yet the
queue is the worst there is. Unknown would freeze the alert it must raise."""

LONGEST_FILL_MINUTES = 1440.0
"""A filling time of this length means "not within a day": so that an alert can clear."""


def waiting_minutes(queue: float, served_per_min: float) -> float:
    """Mean wait of whoever joins the queue now, W = L ÷ λ (Little 1961), 0 for no queue."""
    if queue <= 0:
        return 0.0
    if served_per_min * LONGEST_WAIT_MINUTES <= queue:
        return LONGEST_WAIT_MINUTES
    return queue / served_per_min


def minutes_to_full(
    capacity: float | None, occupied: float, entered_per_min: float, left_per_min: float
) -> float | None:
    """(C − O) ÷ (λin − λout): 0 when full, the longest time when it does not fill.

    None where the site gives no capacity.
    """
    if capacity is None:
        return None
    free = capacity - occupied
    if free <= 0:
        return 0.0
    filling = entered_per_min - left_per_min
    if filling * LONGEST_FILL_MINUTES <= free:
        return LONGEST_FILL_MINUTES
    return free / filling


def occupied_ratio(capacity: float | None, occupied: float) -> float | None:
    """Occupied ÷ capacity; above 1 when overfull. None where the site gives no capacity."""
    return None if capacity is None else occupied / capacity
