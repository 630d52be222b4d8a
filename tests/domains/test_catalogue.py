"""What holds for every row of every domain."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product
from pkgutil import iter_modules

import pytest

from schemas.catalogue import kinds
from schemas.value import Value
from streams import COMPILED, domains
from streams.domains import catalogue
from streams.fusion.derive import derive
from streams.fusion.measure import Accumulated, Context, Derived, Measure
from streams.fusion.window import BASE, KEPT, MILLION

ROWS = catalogue()
CELL_ROWS = {**ROWS.measures, **ROWS.derived, **ROWS.accumulated}

RELIED_ON = re.findall(
    r"\S+",
    """
crowd.count_persons crowd.density_per_m2 crowd.level_of_service crowd.occupancy_persons
crowd.occupancy_drift_persons crowd.occupancy_ratio crowd.entered_per_min crowd.left_per_min
crowd.minutes_to_full road.speed_kmh road.flow_veh_h road.speed_grade road.congestion_index
road.travel_time_index security.queue_persons security.open_lanes security.passed_per_min
security.wait_minutes security.lane_balance_ratio security.reject_ratio transit.headway_seconds
transit.headway_adherence_ratio transit.load_ratio transit.onward_capacity_per_5min
transit.minutes_to_last_departure arrivals.expected_passengers_30min arrivals.delayed_ratio
arrivals.mean_delay_minutes rank.vehicles_per_min rank.throughput_persons_per_min
rank.waiting_persons parking.occupied_vehicles parking.occupancy_ratio parking.minutes_to_full
water.rain_mm_1h water.rain_mm_6h water.rain_warning_level water.depth_cm water.ponding_cm
water.ponding_level energy.power_kw energy.energy_kwh_1h energy.access_ratio energy.normal_ratio
device.online_ratio emergency.open_reports emergency.worst_severity warning.level
""",
)

NewContext = Callable[..., Context]


def test_the_keys_that_rules_and_boards_rely_on_are_there() -> None:
    assert set(RELIED_ON) <= CELL_ROWS.keys()


def test_a_key_declared_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = [found for found in iter_modules(domains.__path__) if found.name == "crowd"]
    monkeypatch.setattr(domains, "iter_modules", lambda _: crowd * 2)
    with pytest.raises(ValueError, match=r"measure crowd\.count_persons is declared twice"):
        catalogue.__wrapped__()


@pytest.mark.parametrize("row", CELL_ROWS.values(), ids=lambda row: row.key)
def test_every_row_is_named_and_told_in_two_languages(row: Measure | Derived | Accumulated) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z][a-z0-9_]*", row.key)
    assert re.search(r"[\u4e00-\u9fff]", row.title_zh)
    assert re.fullmatch(r"[A-Z][\x20-\x7e]+", row.title_en)
    assert row.unit
    assert row.description
    assert not row.description.endswith(".")


@pytest.mark.skipif(COMPILED, reason="machine code has no docstrings: HUBWATCH_INTERPRETED=1")
@pytest.mark.parametrize(
    "row", [*ROWS.derived.values(), *ROWS.accumulated.values()], ids=lambda row: row.key
)
def test_every_formula_is_explained(row: Derived | Accumulated) -> None:
    assert (row.formula if isinstance(row, Derived) else row.read).__doc__


@pytest.mark.parametrize("row", ROWS.measures.values(), ids=lambda row: row.key)
def test_every_field_read_exists_and_is_a_number(row: Measure) -> None:
    fields = kinds()[row.kind].model_fields
    for name in (row.field, *filter(None, [row.weight])):
        assert fields[name].annotation in (int, float, bool, int | None, float | None, bool | None)


@pytest.mark.parametrize("row", ROWS.measures.values(), ids=lambda row: row.key)
def test_every_field_read_is_bounded_as_windows_need_it(row: Measure) -> None:
    """They keep totals of millionths in eight bytes, at ten samples a second."""
    if row.over_time in KEPT:
        samples = 10 * row.window_seconds
        most, weight = (largest(row.kind, name) for name in (row.field, row.weight))
        assert samples * most * MILLION < 2**63
        assert samples * weight * MILLION < 2**63
        # the largest of the parts of a product
        assert samples * (weight * MILLION / BASE + 1) * BASE * 2 < 2**63
        assert samples * (weight * MILLION / BASE + 1) * (most * MILLION / BASE + 1) < 2**63
        assert samples * (most * MILLION / BASE + 1) * BASE * 2 < 2**63


def largest(kind: str, name: str | None) -> float:
    """That a field can be, by its bounds; 0 for none."""
    if name is None:
        return 0.0
    schema = kinds()[kind].model_json_schema()["properties"][name]
    bounds = next(each for each in schema.get("anyOf", [schema]) if "maximum" in each)
    return max(float(bounds["maximum"]), -float(bounds["minimum"]))


@pytest.mark.parametrize("row", ROWS.accumulated.values(), ids=lambda row: row.key)
def test_every_fold_reads_a_kind_there_is(row: Accumulated) -> None:
    assert row.kind in kinds()


@pytest.mark.parametrize("row", ROWS.derived.values(), ids=lambda row: row.key)
def test_every_input_is_a_row_and_none_is_its_own_cause(row: Derived) -> None:
    causes = {*row.inputs, *row.optional}
    while True:
        further = {
            key for cause in causes if cause in ROWS.derived for key in ROWS.derived[cause].inputs
        }
        if further <= causes:
            break
        causes |= further
    assert causes <= CELL_ROWS.keys()
    assert row.key not in causes


@pytest.mark.parametrize("row", ROWS.derived.values(), ids=lambda row: row.key)
def test_unknown_in_is_unknown_out(row: Derived, new_context: NewContext) -> None:
    """However the inputs are mixed of known and unknown, one unknown is enough."""
    context = new_context("road_segment", capacity=10, area_m2=10.0)
    for known in product((True, False), repeat=len(row.inputs)):
        values = {
            key: Value(measure=key, status="ok", value=1.0, observed_at_ms=1)
            if told
            else Value(measure=key, status="unknown")
            for key, told in zip(row.inputs, known, strict=True)
        }
        found = derive(row, values, context)
        if not all(known):
            assert found.status == "unknown"
            assert found.value is None


@pytest.mark.parametrize("row", ROWS.derived.values(), ids=lambda row: row.key)
def test_a_formula_without_its_standards_and_attributes_is_unknown_or_does_not_need_them(
    row: Derived, new_context: NewContext
) -> None:
    numbers = [7.0] * (len(row.inputs) + len(row.optional))
    bare = new_context("walkway", without=("",))
    full = new_context(
        "walkway",
        capacity=100,
        area_m2=50.0,
        attributes={"road_class": "arterial", "free_flow_kmh": 60.0},
        sources=[("a", "energy_meter", 60, "here"), ("b", "device_heartbeat", 60, "here")],
    )
    assert row.formula(full, *numbers) is not None
    assert row.formula(bare, *numbers) in (None, row.formula(full, *numbers))
