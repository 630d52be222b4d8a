"""The evening storm through the whole platform: once undisturbed, once with the worker killed."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from grafana.boards import GENERATED
from grafana.queries import MAY_BE_EMPTY, Asked, queries
from streams.domains import catalogue
from streams.rules.load import load_rules
from streams.runtime.settings import Settings
from streams.simulator.ordinary import load_ordinary
from streams.simulator.scenario import load_scenario
from streams.simulator.simulation import Simulation
from streams.simulator.truth import Truth, truth
from streams.site import load_site
from tests.e2e.site_run import SiteRun, site_run
from tests.e2e.topic_dump import dump

SPEED = 50.0
SITE_SECONDS = 7200
WALL_SECONDS = SITE_SECONDS / SPEED

SCORES = ("dispersal.forecast_error_persons", "dispersal.forecast_hit_ratio")
"""running scores of forecasts: they remember every minute, those without a worker too"""

pytestmark = pytest.mark.servers


@dataclass
class Storm:
    """What a run of the storm left behind."""

    status: int
    summary: dict[str, Any]
    alerts: list[dict[str, Any]]
    state: dict[tuple[str, str], Any]
    refused: Counter[tuple[str, str]]
    silent_panels: dict[Asked, str]
    """board queries that failed or returned nothing while it ran, with what Prometheus said"""

    @property
    def episodes(self) -> dict[str, tuple[str, str]]:
        return {alert["id"]: (alert["rule"], alert["place"]) for alert in self.alerts}


def storm(data_dir: Path, *, kill_after: float | None = None) -> Storm:
    options = ("--scenario", "evening-storm", "--speed", str(SPEED), "--for", str(WALL_SECONDS))
    with site_run(data_dir, *options) as run:
        run.wait_for("first alert", 300, lambda: "id" in run.get("gateway_port", "/v1/alerts"))
        time.sleep(kill_after or WALL_SECONDS * 0.6)
        silent: dict[Asked, str] = {}
        if kill_after:
            run.kill("worker")
        else:
            silent = silent_panels(run)
        status = run.finish()
    topics = dump(data_dir / "evening-storm", "alerts", "situation", "quarantine")
    return Storm(
        status=status,
        summary=run.summary,
        alerts=[alert for _, alert, _ in topics["alerts"]],
        silent_panels=silent,
        state={
            (place, measure): (value["status"], value.get("value"), value.get("observed_at_ms"))
            for place, values in _newest(topics["situation"]).items()
            for measure, value in values.items()
        },
        refused=Counter(
            (where["department"], where["reason"])
            for where in {
                (h["topic"], h["partition"], h["offset"]): h for *_, h in topics["quarantine"]
            }.values()
        ),
    )


def silent_panels(run: SiteRun) -> dict[Asked, str]:
    """Asks the live Prometheus every query of every panel of every board."""
    found: dict[Asked, str] = {}
    for path in sorted(GENERATED.rglob("*.json")):
        for asked in queries(json.loads(path.read_text())):
            answer = run.query(asked.expr)
            if not answer.get("data", {}).get("result"):
                found[asked] = answer.get("error", "no data")
    return found


def _newest(situations: list[tuple[bytes, Any, dict[str, str]]]) -> dict[str, dict[str, Any]]:
    """Values by place; what the hub adds to a place stands beside what its worker says."""
    found: dict[str, dict[str, Any]] = {}
    for _, situation, _ in situations:
        found.setdefault(situation["place"], {}).update(situation["values"])
    return found


@pytest.fixture(scope="module")
def expected() -> Truth:
    settings = Settings.load()
    site = load_site(settings.site_dir, settings.standards_dir)
    rules = load_rules(settings.site_dir / "rules.yaml", site, catalogue())
    scenario = load_scenario(settings.site_dir, "evening-storm", site)
    simulation = Simulation(site, load_ordinary(settings.site_dir), scenario, seed=1)
    return truth(simulation, rules.rules, scenario.start_ms + SITE_SECONDS * 1000)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Storm:
    return storm(tmp_path_factory.mktemp("undisturbed"))


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Storm:
    return storm(tmp_path_factory.mktemp("killed"), kill_after=WALL_SECONDS * 0.4)


def test_everything_happened_and_everything_is_accounted_for(undisturbed: Storm) -> None:
    summary = undisturbed.summary
    assert undisturbed.status == 0, summary
    assert all(summary["checklist"].values())
    events = summary["events"]
    assert events["accepted"] == events["processed"] + events["quarantined"]
    assert sorted(undisturbed.episodes) == summary["alerts"]["ids"]
    assert set(summary["processes"].values()) <= {"healthy", "stopped"}


def test_alerts_are_those_of_the_scenario(undisturbed: Storm, expected: Truth) -> None:
    """Each certain alert once, in its span, reaching its level; none that nothing explains."""
    onsets: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for alert in undisturbed.alerts:
        found = onsets.setdefault((alert["rule"], alert["place"]), [])
        if alert["version"] == 1:
            found.append((alert["onset_ms"], 0))
        found[-1] = (found[-1][0], max(found[-1][1], alert["level_peak"]))
    unexplained = {
        (where, onset)
        for where, episodes in onsets.items()
        for onset, _ in episodes
        if not any(
            where == (row.rule, row.place) and row.onset_from_ms <= onset <= row.onset_until_ms
            for row in expected.alerts
        )
    }
    missing = [
        row
        for row in expected.alerts
        if row.certain
        and [
            level >= row.level
            for onset, level in onsets.get((row.rule, row.place), ())
            if row.onset_from_ms <= onset <= row.onset_until_ms
        ]
        != [True]
    ]
    assert not missing
    assert not unexplained


def test_bad_records_are_refused_for_what_is_wrong_with_them(
    undisturbed: Storm, expected: Truth
) -> None:
    assert undisturbed.refused == Counter(
        {
            (department, reason): count
            for department, reasons in expected.refused.items()
            for reason, count in reasons.items()
        }
    )


def test_versions_count_up_and_the_cleared_one_is_the_last(undisturbed: Storm) -> None:
    versions: dict[str, list[dict[str, Any]]] = {}
    for alert in undisturbed.alerts:
        versions.setdefault(alert["id"], []).append(alert)
    for found in versions.values():
        assert [alert["version"] for alert in found] == list(range(1, len(found) + 1))
        assert "cleared" not in [alert["state"] for alert in found[:-1]]


def test_every_query_of_every_panel_returns_data(undisturbed: Storm) -> None:
    """Or the list says why it may be empty."""
    unexpected = {
        asked: said
        for asked, said in undisturbed.silent_panels.items()
        if said != "no data" or (asked.board, asked.panel) not in MAY_BE_EMPTY
    }
    assert not unexpected


def test_a_killed_worker_changes_neither_alerts_nor_the_final_state(
    undisturbed: Storm, killed: Storm
) -> None:
    assert killed.status == 0, killed.summary
    assert killed.episodes == undisturbed.episodes
    assert killed.refused == undisturbed.refused
    differing = {
        key: (value, killed.state.get(key))
        for key, value in undisturbed.state.items()
        if killed.state.get(key) != value and key[1] not in SCORES
    }
    assert not differing
