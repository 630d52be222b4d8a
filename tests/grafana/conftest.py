"""The boards of the first site, built once."""

from __future__ import annotations

from pathlib import Path

import pytest

from grafana.basis import Basis
from grafana.board import Board
from grafana.boards import boards as boards_of

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def basis() -> Basis:
    return Basis.load(ROOT / "deploy/sites/hongqiao")


@pytest.fixture(scope="session")
def boards(basis: Basis) -> tuple[Board, ...]:
    return boards_of(basis)
