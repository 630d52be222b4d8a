"""The site of Hongqiao and all measures."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.domains import catalogue as all_domains
from streams.fusion.measure import Catalogue
from streams.site import load_site
from streams.site.model import Site

HONGQIAO = Path(__file__).parents[2] / "deploy/sites/hongqiao"


@pytest.fixture(scope="session")
def hongqiao() -> Site:
    return load_site(HONGQIAO)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return all_domains()
