"""Wall and CPU time of an engine's process between two records, taken by the engine itself.

Start-up is not measured, nor the first records, with which a virtual machine warms up and caches
fill. Standard library only, see `task`.
"""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path

from streams.bench.peers.state import State
from streams.bench.peers.task import Task

STDOUT = 1


class Meter:
    """Counts the records of a task; after the last it prints the result and ends the process."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._seen = 0
        self._before = 0
        self._started = 0.0
        self._cpu = 0.0

    def count(self, records: int, state: State) -> None:
        """So many more are done; `state` holds what came of all of them."""
        self._seen += records
        if not self._before and self._seen >= self._task.warm_up:
            self._before = self._seen
            self._started = time.perf_counter()
            self._cpu = time.process_time()
        if self._seen >= self._task.records:
            self._report(state)

    def _report(self, state: State) -> None:
        measured = {
            "records": self._seen - self._before,
            "seconds": time.perf_counter() - self._started,
            "cpu_seconds": time.process_time() - self._cpu,
            "rss_mb": _peak_mb(),
            "state": state.told(),
        }
        os.write(STDOUT, f"\n{json.dumps(measured)}\n".encode())  # an engine may redirect its own
        os._exit(0)  # leaving the group and closing stores takes seconds and is not measured


def _peak_mb() -> float:
    """The most memory this process had, by the kernel."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else 0.0
