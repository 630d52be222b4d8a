"""The page of measures is what the tables say, and leaves nothing out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from streams import COMPILED
from streams.domains import catalogue
from streams.reference.measures import measures_page
from streams.site.standards import read_standards

pytestmark = pytest.mark.skipif(
    COMPILED, reason="machine code has no docstrings: HUBWATCH_INTERPRETED=1"
)

ROOT = Path(__file__).parents[2]
PAGE = measures_page(catalogue())


def test_every_row_has_its_place_and_its_names() -> None:
    rows = catalogue()
    for table in (rows.measures, rows.derived, rows.accumulated, rows.hub):
        for key, row in table.items():
            assert f"### `{key}`\n" in PAGE
            assert f"{row.title_zh} · {row.title_en} [{row.unit}]: {row.description}." in PAGE


def test_every_standard_named_is_shipped() -> None:
    shipped = {row.key for row in read_standards(ROOT / "deploy/standards", "Asia/Shanghai", [])}
    rows = catalogue()
    known = {*rows.measures, *rows.derived, *rows.accumulated, *rows.hub}
    for line in PAGE.splitlines():
        formula = re.match(r"- (?:kept|derived) from [^:]+: (.+)", line)
        for name in re.findall(r"`([a-z]+\.[^`]+)`", formula[1] if formula else ""):
            pattern = re.sub(r"<\w+>", r"[a-z0-9]+", name)
            assert name in known or any(re.fullmatch(pattern, key) for key in shipped), name
