"""Six words for a source: fresh, late, silent, frozen, skewed, maintenance."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from librt.vecs import append
from mypy_extensions import i64

from streams.gate.source import NEVER_MS, SourceState

FRESH_CADENCES: Final = 2
LOOK_MS: Final = 5_000
SILENT_CADENCES: Final = 5
LEARNT_DWELLS: Final = 5
LEARNT_DWELL_FACTOR: Final = 3
UNLEARNT_DWELL_CADENCES: Final = 30


class Freshness(StrEnum):
    FRESH = "fresh"
    LATE = "late"
    SILENT = "silent"
    FROZEN = "frozen"
    SKEWED = "skewed"
    MAINTENANCE = "maintenance"


def fresh_until_ms(source: SourceState) -> int:
    """The last instant at which its newest sample counts as no older than two cadences.

    Sources are looked at in whole steps of LOOK_MS, so that what time alone brings happens at few
    instants, the same for whoever reads along and for whoever catches up.
    """
    return next_look_ms(source.folded_ms + FRESH_CADENCES * source.cadence_ms) - 1


def all_fresh_until_ms(sources: Sequence[SourceState]) -> int:
    """The last instant at which all of them are; NEVER_MS for none."""
    end_ms: i64 = NEVER_MS
    for source in sources:
        source_end_ms = source.folded_ms + FRESH_CADENCES * source.cadence_ms
        if source_end_ms < end_ms:  # noqa: PLR1730  a call of min takes thrice as long
            end_ms = source_end_ms
    return next_look_ms(end_ms) - 1 if sources else NEVER_MS


def next_look_ms(after_ms: int) -> int:
    """The first instant after `after_ms` at which time is looked at."""
    return after_ms - after_ms % LOOK_MS + LOOK_MS


def look_ms(at_ms: int) -> int:
    """The first instant not before `at_ms` at which time is looked at."""
    return -(-at_ms // LOOK_MS) * LOOK_MS


def is_frozen(source: SourceState) -> bool:
    """Unchanged for longer than the declared dwell, else three times the learnt one.

    Judged between observations, so a silent source is silent, not frozen.
    """
    if not source.changed_ms:
        return False
    dwell_ms = source.contract.dwell_ms
    if dwell_ms is None:
        dwell_ms = (
            LEARNT_DWELL_FACTOR * sorted(source.dwells_ms)[LEARNT_DWELLS // 2]
            if len(source.dwells_ms) == LEARNT_DWELLS
            else UNLEARNT_DWELL_CADENCES * source.cadence_ms
        )
        dwell_ms = max(dwell_ms, UNLEARNT_DWELL_CADENCES * source.cadence_ms)
    return source.newest_ms - source.changed_ms > dwell_ms


def note_change(source: SourceState, observed_ms: i64) -> None:
    """The source's fields changed at `observed_ms`: learns how long they stood still."""
    if source.changed_ms and source.contract.dwell_ms is None:
        dwells_ms = source.dwells_ms
        if len(dwells_ms) < LEARNT_DWELLS:
            source.dwells_ms = append(dwells_ms, observed_ms - source.changed_ms)
        else:
            for index in range(1, LEARNT_DWELLS):
                dwells_ms[index - 1] = dwells_ms[index]
            dwells_ms[LEARNT_DWELLS - 1] = observed_ms - source.changed_ms
    source.changed_ms = observed_ms


def freshness(source: SourceState, now_ms: int, *, varies: bool, skewed: bool) -> Freshness:
    """The one word that fits best, the gravest first."""
    if source.in_maintenance(now_ms):
        return Freshness.MAINTENANCE
    age_ms = now_ms - source.newest_ms
    if age_ms > SILENT_CADENCES * source.cadence_ms:
        return Freshness.SILENT
    if age_ms > FRESH_CADENCES * source.cadence_ms:
        return Freshness.LATE
    if varies and is_frozen(source):
        return Freshness.FROZEN
    return Freshness.SKEWED if skewed else Freshness.FRESH
