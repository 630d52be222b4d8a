"""The page of rules leaves nothing out."""

from __future__ import annotations

from pathlib import Path

from streams.domains import catalogue
from streams.reference.rules import rules_page
from streams.rules.load import load_rules
from streams.rules.rows import PlacesRow, RuleRow, StepRow
from streams.site import load_site

HONGQIAO = Path(__file__).parents[2] / "deploy/sites/hongqiao"


def test_every_rule_and_every_field_has_its_place() -> None:
    site = load_site(HONGQIAO)
    book = load_rules(HONGQIAO / "rules.yaml", site, catalogue())
    page = rules_page(book, site)
    for rule in book.rules:
        assert f"### `{rule.key}`\n\n{rule.title_zh} · {rule.title_en}\n" in page
    for row in (RuleRow, PlacesRow, StepRow):
        assert all(field.description for field in row.model_fields.values())
        assert all(f"- `{name}`" in page for name in row.model_fields)
