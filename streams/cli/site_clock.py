"""The clock of the run that is on: the one its processes go by."""

from __future__ import annotations

import time

from streams.runtime.clock import SiteClock
from streams.runtime.settings import Settings

KEPT_SECONDS = 15.0
"""A run notes its time about once a second; a file older than this belongs to one that is over."""


def running_clock(settings: Settings) -> SiteClock:
    """The simulated clock that is being kept now, in the data folder or one below; else wall time.

    `hubwatch up` gives each scenario a data folder of its own.
    """
    files = [settings.clock_file, *settings.data_dir.glob(f"*/{settings.clock_file.name}")]
    written = {file: file.stat().st_mtime for file in files if file.exists()}
    newest = max(written, key=lambda file: written[file], default=None)
    if newest is None or time.time() - written[newest] > KEPT_SECONDS:
        return SiteClock()
    return SiteClock.read(newest)
