"""Shares and diversions: everybody goes somewhere, nobody to a mode that is closed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.hub.settings import ArrivalSource, Dispersal
from streams.hub.split import counted, demand, diverted, moves, over_modes
from tests.hub.conftest import DISPERSAL

shares = st.floats(0, 1)


@st.composite
def networks(draw: Any) -> tuple[list[float], list[list[tuple[int, float]]], tuple[float, ...]]:
    """(open shares, diversion table, a row of shares)"""
    count = draw(st.integers(2, 5))
    open_ = draw(st.lists(st.sampled_from([0.0, 0.4, 1.0]), min_size=count, max_size=count))
    table = []
    for mode in range(count):
        others = [other for other in range(count) if other != mode]
        weights = draw(st.lists(shares, min_size=count - 1, max_size=count - 1))
        total = max(1.0, sum(weights))
        table.append([(o, w / total) for o, w in zip(others, weights, strict=True)])
    raw = draw(st.lists(st.floats(0.01, 1), min_size=count, max_size=count))
    return open_, table, tuple(share / sum(raw) for share in raw)


@given(networks())
def test_diversions_lose_nobody_and_send_nobody_to_a_closed_mode(network: Any) -> None:
    open_, table, row = network
    found = diverted(row, moves(open_, table))
    assert sum(found) == pytest.approx(1)
    for mode, share in enumerate(found):
        assert share >= -1e-9
        if open_[mode] == 0:
            assert share <= row[mode] + 1e-9
        if open_[mode] == 1:
            assert share >= row[mode] - 1e-9


def test_those_who_divert_choose_among_the_modes_that_run() -> None:
    table = [[(1, 0.6), (2, 0.2)], [(0, 1.0)], []]
    # all run: nobody moves; mode 0 closed: as the table says; 0 and 1 closed: all who go, go to 2
    assert moves((1, 1, 1), table) == ()
    assert diverted((0.5, 0.3, 0.2), moves((0, 1, 1), table)) == pytest.approx((0.1, 0.6, 0.3))
    assert diverted((0.5, 0.3, 0.2), moves((0, 0, 1), table)) == pytest.approx((0.1, 0.3, 0.6))
    # half closed: half of them
    assert diverted((0.5, 0.3, 0.2), moves((0.5, 1, 1), table)) == pytest.approx((0.3, 0.45, 0.25))
    # nowhere to go: they stay
    assert diverted((0.5, 0.3, 0.2), moves((0, 0, 0), table)) == (0.5, 0.3, 0.2)


def test_modes_of_a_kind_share_by_weight_among_those_that_serve() -> None:
    first, second = DISPERSAL["modes"]
    modes = [
        {**first, "weight": 3},
        {**first, "place": "b", "weight": 1},
        {**first, "place": "c", "weight": 9, "serves": ["hub.rail"]},
        {**first, "place": "d", "weight": 0},
        second,
    ]
    dispersal = Dispersal.model_validate({**DISPERSAL, "modes": modes})
    plane, train = dispersal.sources
    split = {"metro": 0.8, "taxi": 0.2}
    assert over_modes(dispersal, plane, split) == pytest.approx((0.6, 0.2, 0, 0, 0.2))
    assert over_modes(dispersal, train, split) == pytest.approx(
        (24 / 130, 8 / 130, 72 / 130, 0, 0.2)
    )


def test_counts_share_out_what_the_prior_gives_the_counted_kinds() -> None:
    prior = {"metro": 0.5, "taxi": 0.3, "walk": 0.2}
    found = counted(prior, {"metro": 300, "taxi": 100})
    assert found == pytest.approx({"metro": 0.6, "taxi": 0.2, "walk": 0.2})
    assert counted(prior, {"metro": 0, "taxi": 0}) == prior


def test_the_first_row_that_fits_holds() -> None:
    rows: list[dict[str, Any]] = [
        {"sources": ["air"], "day_types": ["weekend"], "from_hour": 22, "to_hour": 6},
        {"sources": ["air"], "from_hour": 6, "to_hour": 22},
        {"day_types": ["workday"]},
    ]
    metro = [0.9, 0.6, 0.3]
    splits = [
        {**row, "shares": {"metro": m, "taxi": 1 - m}, "source": "test", "confidence": "ours"}
        for row, m in zip(rows, metro, strict=True)
    ]
    dispersal = Dispersal.model_validate({**DISPERSAL, "splits": splits})
    plane, train = dispersal.sources

    def first(source: ArrivalSource, day: str, hour: int) -> float | None:
        found = dispersal.shares(source, day, hour)
        return found["metro"] if found else None

    assert [first(plane, "weekend", hour) for hour in (21, 22, 23, 5, 6)] == [
        0.6,
        0.9,
        0.9,
        0.9,
        0.6,
    ]
    assert first(plane, "workday", 23) == 0.3
    assert first(train, "workday", 12) == 0.3
    assert first(train, "weekend", 12) is None


def test_demand_adds_up_over_sources() -> None:
    rows = [((0.5, 0.5), (1.0, 0.0)), ((0.25, 0.75), (0.0, 1.0))]
    assert demand([[100, 200], [10, 20]], rows) == [[60, 50], [50, 170]]
