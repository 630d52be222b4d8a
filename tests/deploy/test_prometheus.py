"""The rules Prometheus gets: valid, every alert tried, and each says what to do."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy/prometheus"
RULES = sorted((FOLDER / "rules").glob("*.yml"))
TESTS = sorted((FOLDER / "tests").glob("*.yml"))
CHINESE = re.compile(r"[\u4e00-\u9fff]")
VOCABULARY = {
    "severity": {"critical", "warning", "info", "none"},
    "layer": {"process", "flow", "data", "picture", "site"},
    "audience": {"platform", "department", "operations", "emergency"},
}
JOBS = ("worker", "hub", "gateway", "simulator")

pytestmark = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool: apt-get install prometheus"
)

Json = dict[str, Any]


def rules(kind: str) -> Iterator[Json]:
    for file in RULES:
        for group in yaml.safe_load(file.read_text(encoding="utf-8"))["groups"]:
            yield from (rule for rule in group["rules"] if kind in rule)


def promtool(*arguments: object) -> str:
    done = subprocess.run(
        ["promtool", *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_rules_and_scrape_configuration_are_valid() -> None:
    promtool("check", "rules", *RULES)
    said = promtool("check", "config", FOLDER / "prometheus.yml")
    assert f"{len(RULES)} rule files found" in said


@pytest.mark.parametrize("file", TESTS, ids=lambda file: file.stem)
def test_rules_do_what_their_tests_say(file: Path) -> None:
    promtool("test", "rules", file)


def test_every_alert_fires_and_keeps_quiet_in_a_test() -> None:
    fires: set[str] = set()
    quiet: set[str] = set()
    for file in TESTS:
        for test in yaml.safe_load(file.read_text(encoding="utf-8"))["tests"]:
            for case in test.get("alert_rule_test", ()):
                (fires if case.get("exp_alerts") else quiet).add(case["alertname"])
    alerts = {rule["alert"] for rule in rules("alert")}
    assert fires == alerts
    held_back = {rule["alert"] for rule in rules("alert") if "for" in rule}
    untried = held_back - quiet
    assert untried <= ONE_CASE_FOR_BOTH, "an alert with a `for` needs a moment at which it waits"


ONE_CASE_FOR_BOTH = {
    # their cases hold series that must not fire beside those that must
    "SimulatorDown",
    "CardinalityHigh",
    "FeedPatchy",
    "QuarantineHigh",
    "QuarantineFlood",
    "ClockSkewed",
    "SiteAlertFrozen",
}


def test_alerts_speak_two_languages_and_lead_to_what_to_do() -> None:
    for rule in rules("alert"):
        annotations, labels = rule["annotations"], rule["labels"]
        assert CHINESE.search(annotations["summary_zh"]), rule
        assert not CHINESE.search(annotations["summary_en"].replace("【模拟】", "")), rule
        page, _, anchor = annotations["runbook"].partition("#")
        headings = re.findall(r"^#+ (.+)$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
        assert anchor in {heading.lower() for heading in headings}, rule
        for label, words in VOCABULARY.items():
            assert labels[label] in words, rule


def test_rules_read_series_that_exist() -> None:
    page = (ROOT / "docs/reference/metrics.md").read_text(encoding="utf-8")
    served = set(re.findall(r"^\| `(hubwatch_\w+)`", page, re.MULTILINE))
    recorded = {rule["record"] for rule in rules("record")}
    for kind in ("record", "alert"):
        for rule in rules(kind):
            assert set(re.findall(r"\b\w+:\w+:\w+", rule["expr"])) <= recorded
            names = set(re.findall(r"(?<![:\w])hubwatch_[a-z]\w+(?![\w:])", rule["expr"]))
            assert {re.sub(r"_bucket$", "", name) for name in names} <= served, rule


def test_every_process_is_scraped_with_a_bound() -> None:
    config = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))
    jobs = {job["job_name"]: job for job in config["scrape_configs"]}
    assert set(jobs) == set(JOBS)
    assert all(job["sample_limit"] > 0 for job in jobs.values())
