"""The site of Hongqiao, and copies of its files to make mistakes in."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from streams.site import load_site
from streams.site.model import Site

DEPLOY = Path(__file__).parents[2] / "deploy"
FILES = ("site.yaml", "places.csv", "departments.yaml", "sources.csv", "calendar.yaml")


@pytest.fixture(scope="session")
def hongqiao() -> Site:
    return load_site(DEPLOY / "sites" / "hongqiao")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the site's files, with the standards where a site expects them."""
    copy = tmp_path / "sites" / "hongqiao"
    copy.mkdir(parents=True)
    for name in FILES:
        shutil.copy(DEPLOY / "sites" / "hongqiao" / name, copy)
    shutil.copytree(DEPLOY / "standards", tmp_path / "standards")
    return copy
