"""What is published by hand never mixes with what `hubwatch up` feeds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from streams.runtime.servers import sole_owner
from tests.cli.conftest import Hubwatch


@pytest.mark.parametrize("command", [("simulate",), ("replay", "road-ndw")], ids=lambda c: c[0])
@pytest.mark.parametrize("below", [".", "evening-storm"])
def test_a_site_that_runs_is_not_fed_twice(
    hubwatch: Hubwatch, command: tuple[str, ...], below: str
) -> None:
    with sole_owner(Path(os.environ["HUBWATCH_DATA_DIR"]) / below):
        refused = hubwatch(*command)
    assert refused.status == 2
    assert f"HW-3107 process {os.getpid()} runs and feeds the site" in refused.err
    assert "HUBWATCH_DATA_DIR" in refused.err
    assert "HW-3107" not in hubwatch(*command).err
