"""The examples of the how-tos, put into a copy of the real site, work."""

from __future__ import annotations

import shutil
import textwrap
from pathlib import Path

import pytest

from streams.domains import catalogue
from streams.rules.check import check_rules, run_cases
from streams.rules.load import load_rules
from streams.site import load_site
from tests.docs.pages import ROOT, blocks

HOW_TO = ROOT / "docs" / "how-to"
STANDARDS = ROOT / "deploy" / "standards"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "hongqiao"
    shutil.copytree(ROOT / "deploy" / "sites" / "hongqiao", copy)
    return copy


def test_add_a_rule(folder: Path) -> None:
    rule, case = blocks(HOW_TO / "add-a-rule.md", "yaml")
    append(folder / "rules.yaml", textwrap.indent(rule, "  "))
    append(folder / "rules.tests.yaml", textwrap.indent(case, "  "))
    site = load_site(folder, STANDARDS)
    files = folder / "rules.yaml", folder / "rules.tests.yaml"
    assert not check_rules(*files, site, catalogue())
    *_, result = run_cases(load_rules(files[0], site, catalogue()), files[1], site)
    assert result.passed, str(result)


def test_add_a_place(folder: Path) -> None:
    (line,) = blocks(HOW_TO / "add-a-place.md", "text")
    append(folder / "places.csv", line)
    assert line.split(",")[0] in load_site(folder, STANDARDS).places


def test_add_a_feed(folder: Path) -> None:
    (feed,) = blocks(HOW_TO / "add-a-feed.md", "yaml")
    (source,) = blocks(HOW_TO / "add-a-feed.md", "text")
    head, below = feed.split("  feeds:\n")
    departments = folder / "departments.yaml"
    before, after = departments.read_text(encoding="utf-8").split(f"\n{head}", maxsplit=1)
    names, feeds = after.split("  feeds:\n", maxsplit=1)
    departments.write_text(f"{before}\n{head}{names}  feeds:\n{below}{feeds}", encoding="utf-8")
    append(folder / "sources.csv", source)
    site = load_site(folder, STANDARDS)
    assert ("transport.ferry", "ferry-gate-1") in site.sources


def append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{text}")
