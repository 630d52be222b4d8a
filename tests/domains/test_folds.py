"""Every fold, whatever it counts: any order of arrival, any moment of pruning, any restart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.domains import catalogue
from streams.fusion.measure import Accumulated, Context

NewContext = Callable[..., Context]
NewRecord = Callable[..., Any]

START_MS = 1_784_052_000_000  # 2026-07-15T02:00+08:00, an hour before the nightly zero
MINUTE_MS = 60_000
HOUR_MS = 3_600_000
LATEST_MS = HOUR_MS
SPAN_MS = 30 * HOUR_MS
NAMES = ("a", "b", "c")

counts = st.integers(0, 60)
instants = st.integers(START_MS, START_MS + SPAN_MS)

FIELDS: Mapping[str, Mapping[str, st.SearchStrategy[Any]]] = {
    "gate_count": {
        "entered": counts,
        "left": counts,
        "inside_persons": st.none() | st.none() | counts,
    },
    "arrival": {
        "mode": st.sampled_from(("air", "rail", "coach")),
        "service": st.sampled_from(NAMES),
        "scheduled_at_ms": st.sampled_from((START_MS + 2 * HOUR_MS, START_MS + 20 * HOUR_MS)),
        "estimated_at_ms": instants,
        "actual_at_ms": st.none() | instants,
        "passengers": st.none() | counts,
        "status": st.sampled_from(("scheduled", "airborne", "arrived", "cancelled", "diverted")),
    },
    "energy_meter": {
        "energy_kwh": st.floats(0, 10),
        "power_kw": st.floats(-5, 50),
    },
    "device_heartbeat": {},
    "transit_service": {"last_departure_ms": instants},
    "emergency_report": {
        "report_id": st.sampled_from(NAMES),
        "severity": st.integers(1, 4),
        "status": st.sampled_from(("open", "closed")),
    },
    "authority_warning": {
        "warning_id": st.sampled_from(NAMES),
        "colour": st.sampled_from(("blue", "yellow", "orange", "red")),
        "status": st.sampled_from(("issued", "updated", "lifted")),
        "expires_at_ms": st.none() | instants,
    },
}

ROWS = list(catalogue().accumulated.values())


def reports(kind: str) -> st.SearchStrategy[list[tuple[int, int, str, dict[str, Any]]]]:
    """(observed, late by, source, fields): in arrival order, one a source and instant."""
    one = st.tuples(
        st.integers(0, SPAN_MS // MINUTE_MS).map(lambda minute: START_MS + minute * MINUTE_MS),
        st.sampled_from((0, 0, 0, 20_000, LATEST_MS)),
        st.sampled_from(NAMES),
        st.fixed_dictionaries(dict(FIELDS[kind])),
    )
    return st.lists(one, min_size=1, max_size=40, unique_by=lambda r: (r[0], r[2])).map(
        lambda found: sorted(found, key=lambda r: r[0] + r[1])
    )


def restarted(state: Any) -> Any:
    return msgspec.msgpack.decode(msgspec.msgpack.encode(state))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_order_pruning_and_restarts_change_no_reading(
    row: Accumulated, data: st.DataObject, new_context: NewContext, new_record: NewRecord
) -> None:
    sources = [(name, row.kind, 60, "here") for name in NAMES]
    base = new_context("hall", sources=sources)

    def at(at_ms: int) -> Context:
        return Context(site=base.site, place=base.place, at_ms=at_ms)

    arrived = [
        (
            observed_ms + late_ms,
            new_record(row.kind, observed_ms, id=f"{observed_ms}{source}", source=source, **fields),
        )
        for observed_ms, late_ms, source, fields in data.draw(reports(row.kind))
    ]
    end_ms = arrived[-1][0] + data.draw(st.integers(0, 30)) * MINUTE_MS

    lived = row.start()
    for received_ms, record in arrived:
        lived = row.fold(lived, record)
        if row.prune and data.draw(st.booleans()):
            lived = row.prune(lived, received_ms)
        if data.draw(st.booleans()):
            row.read(lived, at(received_ms))
        if data.draw(st.booleans()):
            lived = restarted(lived)

    in_order = row.start()
    for _, record in sorted(arrived, key=lambda pair: pair[1].observed_at_ms, reverse=True):
        in_order = row.fold(in_order, record)

    assert row.read(lived, at(end_ms)) == row.read(in_order, at(end_ms))
    if row.arrivals:
        assert row.arrivals(lived, at(end_ms)) == row.arrivals(in_order, at(end_ms))


def _own(kind: str, at_ms: int) -> Mapping[str, object]:
    """Fields that make a record speak of something no other record does, and that is over."""
    match kind:
        case "arrival":
            return {
                "service": f"s{at_ms}",
                "scheduled_at_ms": at_ms,
                "estimated_at_ms": at_ms,
                "status": "arrived",
            }
        case "transit_service":
            return {"last_departure_ms": at_ms}
        case "emergency_report":
            return {"report_id": f"e{at_ms}", "status": "closed"}
        case "authority_warning":
            return {"warning_id": f"w{at_ms}", "expires_at_ms": at_ms}
    return {}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_state_stays_bounded(row: Accumulated, new_record: NewRecord) -> None:
    """Three days of reports every 2 minutes, each of a service or report of its own."""
    state, sizes = row.start(), []
    for minute in range(0, 3 * 1440, 2):
        at_ms = START_MS + minute * MINUTE_MS
        state = row.fold(state, new_record(row.kind, at_ms, **_own(row.kind, at_ms)))
        if minute % 60 == 0:
            assert row.prune
            state = row.prune(state, at_ms)
            sizes.append(len(msgspec.msgpack.encode(state)))
    assert max(sizes) < 10_000
    assert max(sizes[60:]) <= max(sizes[:60]) * 1.2
