"""The page of rules is what the site says, and leaves nothing out."""

from __future__ import annotations

import sys
from pathlib import Path
from runpy import run_module

import pytest

from streams.domains import catalogue
from streams.rules.load import load_rules
from streams.rules.rows import PlacesRow, RuleRow, StepRow
from streams.site import load_site

ROOT = Path(__file__).parents[2]
HONGQIAO = ROOT / "deploy/sites/hongqiao"
PAGE = ROOT / "docs/reference/rules.md"


@pytest.mark.filterwarnings("ignore:'streams.reference.rules' found in sys.modules")
def test_the_page_checked_in_is_what_the_command_prints(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["rules", str(HONGQIAO)])
    run_module("streams.reference.rules", run_name="__main__")
    command = "python -m streams.reference.rules deploy/sites/hongqiao > docs/reference/rules.md"
    assert PAGE.read_text(encoding="utf-8") == capsys.readouterr().out, f"run: {command}"


def test_every_rule_and_every_field_has_its_place() -> None:
    page = PAGE.read_text(encoding="utf-8")
    book = load_rules(HONGQIAO / "rules.yaml", load_site(HONGQIAO), catalogue())
    for rule in book.rules:
        assert f"### `{rule.key}`\n\n{rule.title_zh} · {rule.title_en}\n" in page
    for row in (RuleRow, PlacesRow, StepRow):
        assert all(field.description for field in row.model_fields.values())
        assert all(f"- `{name}`" in page for name in row.model_fields)
