"""Security checks: queues, lanes, and how long the wait is."""

from __future__ import annotations

from streams.domains.flow import waiting_minutes
from streams.fusion.measure import Context, Derived, Measure, OverSources, OverTime, RollUp

KIND = "security_lane"
THROUGHPUT_WINDOW_SECONDS = 300.0
"""long enough to hold some dozens of persons a lane, short enough to see a lane close"""


def wait_minutes(_: Context, queue_persons: float, passed_per_min: float) -> float:
    """Queue ÷ persons passed a minute (Little's law); 0 without a queue; 240 stands for 240 or
    more, and for a queue that nobody serves.
    """
    return waiting_minutes(queue_persons, passed_per_min)


def lane_balance(
    _: Context, longest_queue: float, queue_persons: float, open_lanes: float
) -> float | None:
    """Longest queue ÷ mean queue of the open lanes; 1 is even, 1 also without any queue. Unknown
    with a queue and no lane open.
    """
    if queue_persons <= 0:
        return 1.0
    return longest_queue * open_lanes / queue_persons if open_lanes else None


def reject_ratio(_: Context, rejected_per_min: float, passed_per_min: float) -> float | None:
    """Rejected ÷ (rejected + passed); unknown while nobody is checked."""
    checked = rejected_per_min + passed_per_min
    return rejected_per_min / checked if checked else None


MEASURES = (
    Measure(
        key="security.queue_persons",
        kind=KIND,
        field="queue_persons",
        unit="persons",
        title_zh="安检排队人数",
        title_en="Persons in the queue",
        description="sum over the lanes",
        over_sources=OverSources.SUM,
        roll_up=RollUp.SUM,
        critical=True,
    ),
    Measure(
        key="security.longest_queue_persons",
        kind=KIND,
        field="queue_persons",
        unit="persons",
        title_zh="最长排队",
        title_en="Longest queue",
        description="queue of the lane that has most",
        over_sources=OverSources.MAX,
        roll_up=RollUp.MAXIMUM,
    ),
    Measure(
        key="security.open_lanes",
        kind=KIND,
        field="open",
        unit="lanes",
        title_zh="开放通道数",
        title_en="Lanes open",
        description="lanes that report themselves open",
        over_sources=OverSources.SUM,
        roll_up=RollUp.SUM,
    ),
    Measure(
        key="security.passed_per_min",
        kind=KIND,
        field="passed_per_min",
        unit="persons/min",
        title_zh="通过速率",
        title_en="Persons passed",
        description="mean over 5 minutes, sum over the lanes",
        over_time=OverTime.MEAN,
        over_sources=OverSources.SUM,
        window_seconds=THROUGHPUT_WINDOW_SECONDS,
        roll_up=RollUp.SUM,
        critical=True,
    ),
    Measure(
        key="security.rejected_per_min",
        kind=KIND,
        field="rejected_per_min",
        unit="persons/min",
        title_zh="复检速率",
        title_en="Persons rejected",
        description="mean over 5 minutes, sum over the lanes",
        over_time=OverTime.MEAN,
        over_sources=OverSources.SUM,
        window_seconds=THROUGHPUT_WINDOW_SECONDS,
        roll_up=RollUp.SUM,
    ),
)

DERIVED = (
    Derived(
        key="security.wait_minutes",
        inputs=("security.queue_persons", "security.passed_per_min"),
        formula=wait_minutes,
        unit="min",
        title_zh="安检等候时间",
        title_en="Wait",
        description="mean wait of whoever joins now; of a parent: its longest wait",
        roll_up=RollUp.MAXIMUM,
        critical=True,
    ),
    Derived(
        key="security.lane_balance_ratio",
        inputs=(
            "security.longest_queue_persons",
            "security.queue_persons",
            "security.open_lanes",
        ),
        formula=lane_balance,
        unit="ratio",
        title_zh="通道均衡度",
        title_en="Lane balance",
        description="longest queue ÷ mean queue of the open lanes; of a parent: its worst group",
        roll_up=RollUp.MAXIMUM,
    ),
    Derived(
        key="security.reject_ratio",
        inputs=("security.rejected_per_min", "security.passed_per_min"),
        formula=reject_ratio,
        unit="ratio",
        title_zh="复检率",
        title_en="Reject ratio",
        description="share of the persons checked who are sent back or searched again",
    ),
)
