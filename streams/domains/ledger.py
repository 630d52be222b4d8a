"""The ledger of a place's gates: passages in, persons inside out.

Passages only change a number; an anchor makes it one: a recount that a gate's counting system
reports (`inside_persons`), and every night the instant at which the place is taken to be empty.

State: `first_ms` the earliest report; `minutes` {start: [net, recounted_ms, recount]} in order, the
passages in minus out of each minute that may still receive a late report, and its newest recount,
which stands for the end of the minute; `blocks` {start: [net, add, floor]}, older minutes joined by
half hours up to `merged_ms`. A span of time turns an occupancy x into max(x + add, floor), since
nobody can be missing; into `floor` alone (add None) after a recount. Two such spans join into one
of the same form, so joining loses nothing. `memo` is what the last reading found of the minutes
that are settled: a shortcut, never an input.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from schemas.kinds.gate_count import GateCount
from streams.gate import FUTURE_MS, LATEST_REVISION_MS

MINUTE_MS = 60_000
BLOCK_MS = 1_800_000
"""places with passengers to count lie whole half hours from UTC: a local hour begins a block"""
DAY_MS = 86_400_000
OPEN_MS = LATEST_REVISION_MS + FUTURE_MS
"""how long a minute may still receive a late report"""
GAP_MS = 3_600_000
"""the longest interval of a report; when nobody reported for longer, passages were lost"""
SETTLED_MS = 120_000

State = dict[str, Any]
Span = list[Any]
"""[net, add, floor]"""
Spans = Iterable[tuple[int, Span]]


@dataclass(frozen=True, slots=True)
class Balance:
    """`inside` is None before the first anchor and after a gap, until the next anchor.

    `anchored`: the zero lies within what the ledger has heard. `net` is the sum of all passages
    since, clamped nowhere; `remainder` what the zero found inside and removed, None where the day
    before it was not heard.
    """

    inside: int | None
    anchored: bool
    net: int
    remainder: int | None


def start() -> State:
    return {"first_ms": None, "merged_ms": 0, "minutes": {}, "blocks": {}, "memo": None}


def fold(state: State, record: GateCount) -> State:
    at_ms = record.observed_at_ms
    if state["first_ms"] is None or at_ms < state["first_ms"]:
        state["first_ms"] = at_ms
        state["memo"] = None
    minute_ms = max(at_ms - at_ms % MINUTE_MS, state["merged_ms"])
    minute = state["minutes"].get(minute_ms)
    if minute is None:
        minute = _open(state, minute_ms)
    minute[0] += record.entered - record.left
    if record.inside_persons is not None:
        recount = [at_ms, record.inside_persons]
        if minute[1] is None or recount > minute[1:]:
            minute[1:] = recount
    if state["memo"] is not None and minute_ms < state["memo"][1]:
        state["memo"] = None
    return state


def prune(state: State, now_ms: int) -> State:
    """Joins the minutes that no late report can change any more; keeps blocks for two days."""
    minutes, blocks = state["minutes"], state["blocks"]
    end_ms = min(now_ms, next(reversed(minutes), 0)) - OPEN_MS
    state["merged_ms"] = max(state["merged_ms"], end_ms - end_ms % MINUTE_MS)
    for minute_ms in [at for at in minutes if at < state["merged_ms"]]:
        block_ms = minute_ms - minute_ms % BLOCK_MS
        span = _span(minutes.pop(minute_ms))
        blocks[block_ms] = _join(blocks[block_ms], span) if block_ms in blocks else span
    for block_ms in [at for at in blocks if at < end_ms - 2 * DAY_MS]:
        del blocks[block_ms]
        state["memo"] = None
    if state["memo"] is not None and state["memo"][1] < state["merged_ms"]:
        state["memo"] = None
    return state


def balance(state: State, zero_ms: int | None) -> Balance:
    """What the ledger says, the place having been empty at `zero_ms` where that is given."""
    anchored = zero_ms is not None and state["first_ms"] <= zero_ms
    from_ms = zero_ms if anchored and zero_ms is not None else 0
    memo = state["memo"]
    if memo is None or memo[0] != from_ms:
        memo = [from_ms, from_ms, 0 if anchored else None, from_ms, 0, _remainder(state, from_ms)]
    settled_ms = next(reversed(state["minutes"]), 0) - SETTLED_MS
    if settled_ms > memo[1]:
        settled = _walk(_spans(state, memo[1], settled_ms), *memo[2:5])
        memo = [from_ms, settled_ms, *settled, memo[5]]
    state["memo"] = memo
    inside, _, net = _walk(_spans(state, memo[1]), *memo[2:5])
    return Balance(inside, anchored, net, memo[5])


def _open(state: State, minute_ms: int) -> list[Any]:
    minutes = state["minutes"]
    late = minute_ms < next(reversed(minutes), 0)
    minute = minutes[minute_ms] = [0, None, None]
    if late:
        state["minutes"] = dict(sorted(minutes.items()))
    return minute


def _span(minute: list[Any]) -> Span:
    net, recounted_ms, recount = minute
    return [net, net, 0] if recounted_ms is None else [net, None, recount]


def _join(first: Span, then: Span) -> Span:
    net = first[0] + then[0]
    if then[1] is None:
        return [net, None, then[2]]
    add = None if first[1] is None else first[1] + then[1]
    return [net, add, max(first[2] + then[1], then[2])]


def _spans(state: State, from_ms: int, to_ms: int | None = None) -> Iterator[tuple[int, Span]]:
    """Spans that start in [from_ms, to_ms), in order; without `to_ms` to the newest."""
    recent = []
    for at_ms, minute in reversed(state["minutes"].items()):
        if at_ms < from_ms:
            break
        if to_ms is None or at_ms < to_ms:
            recent.append((at_ms, _span(minute)))
    if from_ms < state["merged_ms"]:
        for at_ms, span in state["blocks"].items():
            if from_ms <= at_ms and (to_ms is None or at_ms < to_ms):
                yield at_ms, span
    yield from reversed(recent)


def _walk(spans: Spans, inside: int | None, seen_ms: int, net: int) -> tuple[int | None, int, int]:
    """Persons inside, the block last reported in, and the sum of passages, after these spans."""
    for at_ms, (change, add, floor) in spans:
        block_ms = at_ms - at_ms % BLOCK_MS
        if block_ms - seen_ms > GAP_MS:
            inside = None
        seen_ms = block_ms
        net += change
        if add is None:
            inside = floor
        elif inside is not None:
            inside = max(inside + add, floor)
    return inside, seen_ms, net


def _remainder(state: State, zero_ms: int) -> int | None:
    """Persons inside at the zero by the passages of the day before it."""
    before_ms = zero_ms - DAY_MS
    inside = 0 if state["first_ms"] <= before_ms else None
    return _walk(_spans(state, before_ms, zero_ms), inside, before_ms, 0)[0]
