"""Sensors that fall silent, freeze, lie and come back."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, pairwise, takewhile

from hypothesis import given
from hypothesis import strategies as st

from streams.simulator.fault import FAULTS, FaultKind
from streams.simulator.noise import Noise
from streams.simulator.reporting import Report, Reporter, Trouble

T0_MS = 1_784_118_600_000
CADENCE_MS = 20_000
FROM_MS, UNTIL_MS = T0_MS + 300_000, T0_MS + 600_000


def reporter(kind: FaultKind | None = None, every: int = 1) -> Reporter:
    trouble = kind and Trouble(
        kind=kind, from_ms=FROM_MS, until_ms=UNTIL_MS, every=every, field="count", value=1
    )
    return Reporter(CADENCE_MS, Noise(1, "a"), (trouble,) if trouble else ())


def sent(one: Reporter, seconds: int = 1_000) -> list[Report]:
    end_ms = T0_MS + seconds * 1000
    return list(takewhile(lambda report: report.at_ms < end_ms, one.reports(T0_MS)))


def spans(reports: Sequence[Report]) -> list[tuple[int, int]]:
    return [(report.seen.since_ms, report.seen.observed_ms) for report in reports]


def test_a_healthy_sensor_reports_at_its_cadence() -> None:
    reports = sent(reporter())
    observed = [report.turn.observed_ms for report in reports]
    assert observed == list(range(observed[0], observed[-1] + 1, CADENCE_MS))
    assert all(report.trouble is None for report in reports)


def test_after_a_silence_it_accounts_for_all_the_time() -> None:
    reports = sent(reporter(FaultKind.SILENT))
    assert not [r for r in reports if FROM_MS <= r.turn.observed_ms < UNTIL_MS]
    counted = spans(reports)
    assert all(before[1] == after[0] for before, after in pairwise(counted))


def test_what_was_held_back_comes_in_order_once_it_is_over() -> None:
    one = reporter(FaultKind.HELD_BACK)
    late = list(one.late(T0_MS))
    assert [r.turn.observed_ms for r in late] == sorted(r.turn.observed_ms for r in late)
    assert all(r.at_ms > UNTIL_MS > r.turn.observed_ms >= FROM_MS for r in late)
    told = {r.turn.step for r in late} | {r.turn.step for r in sent(one)}
    assert told == {r.turn.step for r in sent(reporter())}


def test_frozen_it_repeats_what_it_saw_first() -> None:
    frozen = [r for r in sent(reporter(FaultKind.FROZEN)) if r.trouble]
    assert {r.seen for r in frozen} == {frozen[0].turn}
    assert len(frozen) == 15


@given(st.sampled_from([kind for kind, text in FAULTS.items() if text.reason]), st.integers(1, 9))
def test_damage_is_added_to_what_is_right(kind: FaultKind, every: int) -> None:
    reports = sent(reporter(kind, every))
    right = [r for r in reports if r.trouble is None]
    extra = [r for r in reports if r.trouble]
    assert right == sent(reporter())
    assert all(r.turn.step % every == 0 for r in extra)
    assert 15 // every <= len(extra) <= 15 // every + 1


@given(st.integers(0, 900_000), st.sampled_from([None, *FaultKind]))
def test_reports_from_any_instant_are_the_same(later_ms: int, kind: FaultKind | None) -> None:
    one = reporter(kind)
    whole = [r for r in sent(one) if r.at_ms >= T0_MS + later_ms]
    assert list(islice(one.reports(T0_MS + later_ms), len(whole))) == whole


def test_last_told_is_the_newest_report_in_time() -> None:
    one = reporter(FaultKind.SILENT)
    before = max(r.turn.observed_ms for r in sent(one) if r.turn.observed_ms < FROM_MS)
    assert one.last_told_ms(UNTIL_MS - 1) == before
    assert one.last_told_ms(UNTIL_MS + CADENCE_MS) >= UNTIL_MS
