"""The real site, and the folder of recordings where there is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.replay.recording import recordings_folder
from streams.site import load_site
from streams.site.model import Site

CHECKOUT = Path(__file__).parents[2]
FOLDER = CHECKOUT / "deploy/sites/hongqiao"


@pytest.fixture(scope="session")
def site() -> Site:
    return load_site(FOLDER)


@pytest.fixture
def recordings(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Skips, naming the folder, when the recordings are not there."""
    monkeypatch.chdir(CHECKOUT)
    folder = recordings_folder().resolve()
    if not folder.is_dir():
        pytest.skip(f"recordings: no folder {folder}; set HUBWATCH_RECORDINGS")
    return folder
