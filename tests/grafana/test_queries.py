"""What boards ask is PromQL, of series that exist, and means what it says."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from grafana.board import Board
from grafana.queries import MAY_BE_EMPTY, Asked, queries
from grafana.query import (
    BLINDED,
    PARTLY,
    UNKNOWN,
    aged,
    highest,
    how_many,
    states,
    told,
    vouched,
    worst_within,
)

ROOT = Path(__file__).parents[2]
needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool: apt-get install prometheus"
)


@pytest.fixture(scope="module")
def asked(boards: tuple[Board, ...]) -> list[Asked]:
    return [one for board in boards for one in queries(board.json(boards))]


def promtool(*arguments: str) -> None:
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
def test_every_query_parses(asked: list[Asked], tmp_path: Path) -> None:
    rules = [{"record": f"query_{i}", "expr": one.expr} for i, one in enumerate(asked)]
    file = tmp_path / "queries.yml"
    file.write_text(json.dumps({"groups": [{"name": "boards", "rules": rules}]}))
    promtool("check", "rules", str(file))


def test_every_series_exists(asked: list[Asked]) -> None:
    page = (ROOT / "docs/reference/metrics.md").read_text(encoding="utf-8")
    served = set(re.findall(r"^\| `(hubwatch_\w+)`", page, re.MULTILINE))
    for one in asked:
        names = set(re.findall(r"(?<![:\w])hubwatch_[a-z]\w+(?![\w:(])", one.expr))
        for name in names:
            plain = re.sub(r"_bucket$", "", name)
            assert plain in served, f"{one.board}, {one.panel}: {name}"


def test_every_recorded_series_is_recorded(asked: list[Asked]) -> None:
    groups = yaml.safe_load((ROOT / "deploy/prometheus/rules/records.yml").read_text())["groups"]
    recorded = {rule["record"] for group in groups for rule in group["rules"]}
    for one in asked:
        assert set(re.findall(r"\b\w+:\w+:\w+", one.expr)) <= recorded, one


def test_what_may_be_empty_is_a_panel_with_a_reason(asked: list[Asked]) -> None:
    assert set(MAY_BE_EMPTY) <= {(one.board, one.panel) for one in asked}
    assert all(MAY_BE_EMPTY.values())


def test_variables_are_filled_in(asked: list[Asked]) -> None:
    assert not [one for one in asked if re.search(r"\$[a-z_]", one.expr)]


SERIES = (
    'hubwatch_water_ponding_cm{place="u.a",instance="one"} 7',
    'hubwatch_water_ponding_cm{place="u.a",instance="two"} 7',
    'hubwatch_status{place="u.a",measure="water.ponding_cm"} 0',
    'hubwatch_age_seconds{place="u.a",measure="water.ponding_cm"} 12.4',
    'hubwatch_status{place="u.b",measure="water.ponding_cm"} 2',
    'hubwatch_age_seconds{place="u.b",measure="water.ponding_cm"} 400',
    'hubwatch_alert_level{rule="ponding",place="u.a"} 0',
    'hubwatch_alert_level{rule="ponding",place="u.b"} 0',
    'hubwatch_alert_level{rule="ponding",place="u.c.deep"} 3',
    'hubwatch_status{place="u.c.deep",measure="water.ponding_cm"} 2',
    'hubwatch_age_seconds{place="u.c.deep",measure="water.ponding_cm"} 500',
    'hubwatch_alert_level{rule="ponding",place="u.d"} 2',
    'hubwatch_alert_level{rule="blind",place="u.d"} 0',
    'hubwatch_status{place="u.d",measure="water.ponding_cm"} 0',
    'hubwatch_age_seconds{place="u.d",measure="water.ponding_cm"} 3',
    'hubwatch_alert_level{rule="ponding",place="u.e"} 0',
    'hubwatch_alert_level{rule="blind",place="u.e"} 2',
    'hubwatch_status{place="u.e",measure="water.ponding_cm"} 0',
    'hubwatch_age_seconds{place="u.e",measure="water.ponding_cm"} 9',
    'hubwatch_water_unpumped_cm{place="u.a"} 1',
    'hubwatch_water_unpumped_cm{place="u.b"} 1',
)
BLIND = ["blind"]
BOTH = ["u.a", "u.b"]
MEANING = {
    # one value though two workers hold the place; unknown is a number of its own
    states("water.ponding_cm", BOTH): {'{place="u.a"}': 7, '{place="u.b"}': UNKNOWN},
    # the age comes along as a label
    aged("water.ponding_cm", "u.a"): {'{place="u.a", age="12s"}': 7},
    highest("water.ponding_cm", BOTH): {'{age="400s"}': 7},
    told("vector(599.9)"): {'{age="600s"}': 1},
    told("vector(1500)"): {'{age="25min"}': 1},
    told("vector(9000)"): {'{age="3h"}': 1},
    # a value is believed only where the one that vouches for it is known
    f"{vouched('water.unpumped_cm', 'u.a', 'water.ponding_cm')} == 1": {'{place="u.a"}': 1},
    f"{vouched('water.unpumped_cm', 'u.b', 'water.ponding_cm')} == 1": {},
    # known and calm; unknown and calm is unknown; unknown with an alert keeps the alert, marked
    worst_within("u.a", BLIND): {'{cell="u.a", age="12s"}': 0},
    worst_within("u.b", BLIND): {'{cell="u.b", age="400s"}': UNKNOWN},
    worst_within("u.c", BLIND): {'{cell="u.c", age="500s"}': 3 + BLINDED},
    worst_within("u.d", BLIND): {'{cell="u.d", age="3s"}': 2},
    # an alert about missing data is no level
    worst_within("u.e", BLIND): {'{cell="u.e", age="9s"}': PARTLY},
    worst_within("u.nowhere", BLIND): {},
    # none of those there, and nobody there, are not the same
    how_many("hubwatch_water_ponding_cm", "> 5"): {"{}": 2},
    how_many("hubwatch_water_ponding_cm", "> 50"): {"{}": 0},
    how_many("hubwatch_water_rain_mm_1h", "> 50"): {},
}


@needs_promtool
def test_unknown_age_and_nobody_there_are_told_apart(tmp_path: Path) -> None:
    series = [line.rpartition(" ") for line in SERIES]
    tests = {
        "evaluation_interval": "5s",
        "tests": [
            {
                "interval": "5s",
                "input_series": [{"series": name, "values": value} for name, _, value in series],
                "promql_expr_test": [
                    {
                        "expr": expr,
                        "eval_time": "0s",
                        "exp_samples": [
                            {"labels": labels, "value": value} for labels, value in means.items()
                        ],
                    }
                    for expr, means in MEANING.items()
                ],
            }
        ],
    }
    file = tmp_path / "meaning.yml"
    file.write_text(json.dumps(tests))
    promtool("test", "rules", str(file))
