"""The stored state against the replay's, place by place and value by value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from streams.partition.rows import CellSnapshot
from streams.rules.state import LadderState
from streams.verify.accounting import newest_heard
from streams.verify.finding import Finding
from streams.verify.ledger import Entry
from streams.verify.replay import Replay

ASLEEP = LadderState()
Row = tuple[str, ...]
"""what a part of the state is called: cell, kind of part, and its names"""


def equal(replay: Replay, ledger: Sequence[Entry]) -> Finding:
    """I7: values, alerts under way, what is remembered of each source, counters."""
    truth = dict(_rows(replay.truth.cells))
    stored = dict(_rows(replay.stored.cells))
    offenders = [
        f"{' '.join(key)}: {_difference(truth.get(key), stored.get(key))}"
        for key in sorted(truth.keys() | stored.keys())
        if truth.get(key) != stored.get(key)
    ]
    offenders += newest_heard(ledger, replay.stored.cells)
    counts = {"cells": len(replay.truth.cells), "parts": len(truth)}
    return Finding("I7", counts, offenders)


def _rows(cells: Mapping[str, CellSnapshot]) -> Iterator[tuple[Row, object]]:
    """Every part of the state of every cell; where it was read to and looked at is no part."""
    for key, cell in cells.items():
        for source in cell.sources:
            yield (key, "source", source.feed, source.source), msgspec.to_builtins(source)
        for place in cell.places:
            for value in place.values:
                # how often a value was looked at depends on how the log was cut
                plain = msgspec.structs.replace(value, version=1, revised=False)
                yield (key, "value", place.place, value.measure), msgspec.to_builtins(plain)
            for rule, ladder in place.ladders.items():
                if ladder != ASLEEP:  # as good as none
                    yield (key, "alert", place.place, rule), msgspec.to_builtins(ladder)
            for group in place.groups:
                # a restart may look once more at what has not changed
                plain_group = msgspec.structs.replace(group, looked_ms=0)
                yield (key, "group", place.place, group.kind), msgspec.to_builtins(plain_group)
            if place.arrivals:
                yield (key, "arrivals", place.place), msgspec.to_builtins(place.arrivals)
        yield (key, "counts"), cell.counts


def _difference(truth: Any, stored: Any) -> str:
    """The fields that differ, or the whole where it is not made of fields."""
    if isinstance(truth, dict) and isinstance(stored, dict):
        names = [n for n in truth.keys() | stored.keys() if truth.get(n) != stored.get(n)]
        parts = [f"{n} {stored.get(n)!r}, 应为 not {truth.get(n)!r}" for n in sorted(names)]
        return "; ".join(parts)
    return f"{stored!r}, 应为 not {truth!r}"
