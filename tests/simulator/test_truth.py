"""Scenarios through the whole pure core: it finds the truth, and nothing else."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import takewhile

import pytest

from schemas.alert import Alert
from streams.simulator.scenario import Scenario
from streams.simulator.truth import ExpectedAlert, Truth, truth
from streams.site.model import Site
from tests.simulator.conftest import FOLDER, NewSimulation
from tests.simulator.platform import Platform

MINUTE_MS = 60_000
LENGTHS = {"evening-storm": 120, "working-day": 40}


@dataclass(frozen=True)
class Play:
    platform: Platform
    truth: Truth


@pytest.fixture(scope="module", params=LENGTHS)
def play(
    request: pytest.FixtureRequest,
    site: Site,
    storm: Scenario,
    working_day: Scenario,
    new_simulation: NewSimulation,
) -> Play:
    scenario = next(s for s in (storm, working_day) if s.key == request.param)
    simulation = new_simulation(scenario, seed=1)
    end_ms = scenario.start_ms + LENGTHS[scenario.key] * MINUTE_MS
    platform = Platform(site, FOLDER)
    platform.take(takewhile(lambda e: e.at_ms < end_ms, simulation.emissions()))
    return Play(platform, truth(simulation, platform.rules.rules, end_ms))


def fits(alert: Alert, expected: ExpectedAlert) -> bool:
    return (alert.rule, alert.place) == (
        expected.rule,
        expected.place,
    ) and expected.onset_from_ms <= alert.onset_ms <= expected.onset_until_ms


def test_each_expected_alert_is_raised_once_in_its_span(play: Play) -> None:
    raised = [alert for alert in play.platform.alerts if alert.state == "raised"]
    expected = play.truth.alerts
    found = {(e.rule, e.place): sum(fits(alert, e) for alert in raised) for e in expected}
    assert found == dict.fromkeys(found, 1)
    unexpected = [a for a in raised if not any(fits(a, e) for e in expected)]
    assert unexpected == []


def test_each_expected_level_is_reached(play: Play) -> None:
    for expected in play.truth.alerts:
        versions = [alert for alert in play.platform.alerts if fits(alert, expected)]
        assert max(alert.level_peak for alert in versions) >= expected.level, expected


def test_no_expected_alert_hangs_by_a_hair(play: Play) -> None:
    assert [alert for alert in play.truth.alerts if not alert.certain] == []


def test_exactly_the_damaged_messages_are_refused(play: Play) -> None:
    expected = {
        (department, reason): count
        for department, counts in play.truth.refused.items()
        for reason, count in counts.items()
    }
    assert play.platform.refused == expected
    processed = sum(play.platform.partition.totals().processed.values())
    sent = sum(play.truth.records.values())
    assert play.platform.sent == sent == processed + sum(expected.values())


def test_only_the_frozen_meter_leaves_doubt_at_the_end(play: Play) -> None:
    doubtful = Counter(
        value.measure
        for situation in play.platform.situations.values()
        for value in situation.values.values()
        if value.status == "suspect"
    )
    assert set(doubtful) <= {"energy.energy_kwh_1h"}


def test_the_storm_raises_a_dozen_different_alerts(play: Play) -> None:
    if play.truth.scenario == "evening-storm":
        assert len({alert.rule for alert in play.truth.alerts}) >= 12
        assert b'"rule": "water.underpass_ponding"' in play.truth.json()
