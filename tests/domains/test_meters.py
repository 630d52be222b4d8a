"""Meters and devices over time: who reports, what was due, what passed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from streams.domains import device, energy
from streams.fusion.measure import Context

NewContext = Callable[..., Context]
NewRecord = Callable[..., Any]
START_MS = 1_784_116_800_000  # a whole hour
MINUTE_MS = 60_000
HOUR_MS = 3_600_000
METERS = [(name, "energy_meter", 900, "here") for name in ("a", "b", "dead")]


@pytest.fixture
def meters(new_record: NewRecord) -> Any:
    """`meters(hours)`: a and b report every 15 min at 40 kW; `stuck`: b's counter stands still."""

    def fold(hours: int, stuck: bool = False) -> Any:
        state = energy.start()
        for quarter in range(4 * hours + 1):
            at_ms = START_MS + quarter * 15 * MINUTE_MS
            for name in ("a", "b"):
                kwh = 500.0 if stuck and name == "b" else 500.0 + 10.0 * quarter
                record = new_record(
                    "energy_meter", at_ms, source=name, energy_kwh=kwh, power_kw=40.0
                )
                state = energy.fold(state, record)
        return state

    return fold


def at(new_context: NewContext, hours: float, **changes: Any) -> Context:
    at_ms = START_MS + round(hours * HOUR_MS)
    return new_context(at_ms=at_ms, **{"sources": METERS, **changes})


def test_rates_by_hand(meters: Any, new_context: NewContext) -> None:
    state = meters(hours=6)
    context = at(new_context, 6)
    assert energy.meters_reporting(state, context) == 2  # of three registered
    assert energy.values_expected(state, context) == 3 * 23  # 24 quarters, the newest not due yet
    assert energy.values_normal(state, context) == 2 * 23


def test_nothing_is_expected_before_the_first_cadence_has_passed(
    meters: Any, new_context: NewContext
) -> None:
    state = meters(hours=0)
    assert energy.values_expected(state, at(new_context, 0.4)) == 0
    assert energy.values_expected(state, at(new_context, 0.5)) == 3


def test_a_counter_that_stands_still_under_load_is_not_normal(
    meters: Any, new_context: NewContext
) -> None:
    state = meters(hours=6, stuck=True)
    assert energy.values_normal(state, at(new_context, 6)) == 23 + 1
    # the hour that has just begun holds one value of b: too few to call it stuck
    assert energy.values_normal(state, at(new_context, 6, without=("energy.meter",))) is None


def test_a_day_of_silence_and_a_meter_is_no_longer_reporting(
    meters: Any, new_context: NewContext
) -> None:
    state = meters(hours=1)
    assert energy.meters_reporting(state, at(new_context, 25)) == 2
    assert energy.meters_reporting(state, at(new_context, 26)) == 0
    assert energy.values_normal(state, at(new_context, 26)) == 0
    assert energy.values_expected(state, at(new_context, 26)) == 3 * (24 * 4 - 1)
    assert energy.prune(state, START_MS + 28 * HOUR_MS)["hours"] == {}


def test_devices_are_online_for_five_cadences(
    new_context: NewContext, new_record: NewRecord
) -> None:
    sources = [(name, "device_heartbeat", 60, "here") for name in ("a", "b")]
    state: dict[str, int] = {}
    for name, seconds in [("a", 0), ("b", 120), ("b", 60), ("stranger", 120)]:
        record = new_record("device_heartbeat", START_MS + seconds * 1000, source=name)
        state = device.fold(state, record)

    def online(seconds: int, **changes: Any) -> float | None:
        context = new_context(at_ms=START_MS + seconds * 1000, sources=sources, **changes)
        return device.online_devices(state, context)

    assert online(120) == 2
    assert online(300) == 2
    assert online(301) == 1
    assert online(421) == 0
    assert online(120, without=("data.source",)) is None
    assert device.prune(state, START_MS + 25 * HOUR_MS) == {}
