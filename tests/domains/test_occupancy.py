"""Occupancy from gates: by hand, and against a recount from all passages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.domains import ledger, occupancy
from streams.fusion.measure import Context

NewContext = Callable[..., Context]
NewRecord = Callable[..., Any]
MINUTE_MS = 60_000
HOUR_MS = 3_600_000
ZERO_MS = 1_784_055_600_000  # 2026-07-15T03:00+08:00


@pytest.fixture
def gates(new_record: NewRecord) -> Callable[..., ledger.State]:
    """`gates((minute after zero, entered, left[, recount]), …)`, reports in the order given."""

    def fold(*reports: tuple[int, ...], state: ledger.State | None = None) -> ledger.State:
        state = ledger.start() if state is None else state
        for minute, entered, left, *recount in reports:
            record = new_record(
                "gate_count",
                ZERO_MS + minute * MINUTE_MS,
                entered=entered,
                left=left,
                inside_persons=recount[0] if recount else None,
            )
            state = ledger.fold(state, record)
        return state

    return fold


@pytest.fixture(scope="session")
def read(new_context: NewContext) -> Callable[..., tuple[float | None, float | None]]:
    """`read(state, minute)`: occupancy and drift, so many minutes after the zero."""

    def values(state: ledger.State, minute: int, **changes: Any) -> Any:
        context = new_context("hall", at_ms=ZERO_MS + minute * MINUTE_MS, **changes)
        return occupancy.occupancy(state, context), occupancy.drift(state, context)

    return values


Gates = Callable[..., ledger.State]
Read = Callable[..., tuple[float | None, float | None]]


def test_before_the_first_anchor_the_occupancy_is_unknown(gates: Gates, read: Read) -> None:
    state = gates((60, 500, 20))
    assert read(state, 61) == (None, None)
    state = gates((62, 10, 0, 800), (64, 30, 5), state=state)
    assert read(state, 64) == (825, None)  # a recount is an anchor; the drift waits for a night


def test_the_nightly_zero_is_an_anchor_once_heard(gates: Gates, read: Read) -> None:
    state = gates((-1, 0, 0), (1, 40, 10))
    assert read(state, 2) == (30, 0)
    assert read(state, 2, without=("crowd.occupancy",)) == (None, None)


def test_nobody_can_be_missing_and_the_clamp_is_drift(gates: Gates, read: Read) -> None:
    state = gates((0, 0, 0), (1, 5, 0), (2, 0, 9), (3, 7, 0))
    assert read(state, 4) == (7, 4)  # 5 − 9 clamped at 0, then 7


def test_recounts_and_remainders_are_drift(gates: Gates, read: Read) -> None:
    day = [(-1440 + minute, 1, 1) for minute in range(0, 1440, 30)]
    state = gates(*day, (-30, 12, 0), (0, 0, 0), (10, 100, 0), (20, 0, 0, 90))
    assert read(state, 21) == (90, 12 + 10)


def test_passages_are_lost_when_no_gate_speaks_for_more_than_an_hour(
    gates: Gates, read: Read
) -> None:
    state = gates((-1, 0, 0), (5, 50, 0), (60, 0, 0), (119, 0, 0))
    assert read(state, 120)[0] == 50
    state = gates((210, 1, 0), state=state)
    assert read(state, 211) == (None, None)
    state = gates((215, 0, 0, 40), state=state)
    assert read(state, 216)[0] == 40


def test_the_newest_recount_of_a_minute_counts_in_any_order(
    new_record: NewRecord, read: Read
) -> None:
    reports = [(0, None), (10_000, 70), (20_000, 60), (30_000, None)]
    for order in (reports, reports[::-1]):
        state = ledger.start()
        for after_ms, recount in order:
            record = new_record(
                "gate_count", ZERO_MS + after_ms, entered=1, left=0, inside_persons=recount
            )
            state = ledger.fold(state, record)
        assert read(state, 1)[0] == 60


def test_a_late_first_report_makes_the_zero_hold(gates: Gates, read: Read) -> None:
    state = gates((1, 10, 0))
    assert read(state, 1)[0] is None
    assert read(gates((0, 4, 0), state=state), 1)[0] == 14


def test_a_report_older_than_what_is_joined_still_counts(gates: Gates, read: Read) -> None:
    state = gates((-1, 0, 0), (1, 10, 0), (30, 0, 0), (75, 0, 0), (110, 0, 0))
    assert read(state, 111)[0] == 10
    state = ledger.prune(state, ZERO_MS + 111 * MINUTE_MS)
    assert read(gates((3, 5, 0), state=state), 111)[0] == 15


def test_time_zones_off_by_half_an_hour(new_record: NewRecord, new_context: NewContext) -> None:
    zero_ms = ZERO_MS - 3 * HOUR_MS + 30 * MINUTE_MS + 3 * HOUR_MS  # 01:00 in Kolkata
    state = ledger.start()
    for minute in (-1, 1):
        at_ms = zero_ms + 2 * HOUR_MS + minute * MINUTE_MS  # about 03:00 there
        state = ledger.fold(state, new_record("gate_count", at_ms, entered=9, left=0))
    context = new_context("hall", at_ms=at_ms, timezone="Asia/Kolkata")
    assert occupancy.occupancy(state, context) == 9


def recounted(reports: list[tuple[int, int, int | None]]) -> int | None:
    """Persons inside, from all reports (minute after the zero, net, recount) at once: each half
    hour that ends more than an hour after the last one with a report loses count.
    """
    inside: int | None = None
    if min(minute for minute, *_ in reports) <= 0:
        reports = [report for report in reports if report[0] >= 0]
        inside = 0
    last = 0 if inside == 0 else None
    for minute in sorted({minute for minute, *_ in reports}):
        if last is not None and minute // 30 - last // 30 > 2:
            inside = None
        last = minute
        now = [report for report in reports if report[0] == minute]
        recounts = [recount for *_, recount in now if recount is not None]
        if recounts:
            inside = recounts[0]
        elif inside is not None:
            inside = max(0, inside + sum(net for _, net, _ in now))
    return inside


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_however_it_is_read_joined_and_delayed_the_ledger_agrees_with_a_recount(
    data: st.DataObject, new_record: NewRecord, read: Read
) -> None:
    start = data.draw(st.integers(-90, 20), "first minute")
    report = st.tuples(
        st.integers(start, start + 420),
        st.integers(-9, 9),
        st.sampled_from((None,) * 19 + (25,)),
        st.sampled_from((0,) * 6 + (3, 60)),
    )
    found = data.draw(st.lists(report, min_size=1, max_size=60), "reports")
    found.sort(key=lambda each: each[0] + each[3])
    pruned = data.draw(st.integers(0, 2**60), "prune after")
    read_too = data.draw(st.integers(0, 2**60), "read after")
    state = ledger.start()
    for number, (minute, net, recount, late) in enumerate(found):
        record = new_record(
            "gate_count",
            ZERO_MS + minute * MINUTE_MS,
            entered=max(net, 0),
            left=max(-net, 0),
            inside_persons=recount,
        )
        state = ledger.fold(state, record)
        if pruned >> number & 1:
            state = ledger.prune(state, ZERO_MS + (minute + late) * MINUTE_MS)
        if read_too >> number & 1:
            read(state, max(minute + late, 0))
    end = max(0, *(minute + late for minute, _, _, late in found))
    assert read(state, end)[0] == recounted([each[:3] for each in found])


def test_rates_shares_and_gaps(new_context: NewContext) -> None:
    context = new_context("hall", capacity=10_000)
    assert occupancy.per_minute(context, 600.0, 300.0) == 120.0
    assert occupancy.per_minute(context, 600.0, 0.0) is None
    assert occupancy.occupancy_ratio(context, 8000.0) == 0.8
    assert occupancy.time_to_full(context, 8000.0, 60.0, 10.0) == 40.0
    assert occupancy.time_to_full(new_context("hall"), 8000.0, 60.0, 10.0) is None
    assert occupancy.camera_gap(context, 8000.0, 8100.0) == -100.0
