"""Wall and CPU time of an engine's process between two records, taken by the engine itself.

Start-up is not measured, nor the first records, with which a virtual machine warms up and caches
fill. Standard library only, see `task`.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Mapping
from pathlib import Path

from streams.bench.peers.task import Task

Aggregate = list[float]
"""Of a place: records, sum and maximum of their values, newest instant in Unix ms."""
Places = dict[str, Aggregate]

STDOUT = 1


class Meter:
    """Counts the records of a task; after the last it prints the result and ends the process."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._seen = 0
        self._before = 0
        self._started = 0.0
        self._cpu = 0.0

    def count(self, records: int, places: Places) -> None:
        """So many more are done; `places` holds what came of all of them."""
        self._seen += records
        if not self._before and self._seen >= self._task.warm_up:
            self._before = self._seen
            self._started = time.perf_counter()
            self._cpu = time.process_time()
        if self._seen >= self._task.records:
            self._report(places)

    def _report(self, places: Places) -> None:
        measured = {
            "records": self._seen - self._before,
            "seconds": time.perf_counter() - self._started,
            "cpu_seconds": time.process_time() - self._cpu,
            "rss_mb": _peak_mb(),
            "places": _told(places),
        }
        os.write(STDOUT, f"\n{json.dumps(measured)}\n".encode())  # an engine may redirect its own
        os._exit(0)  # leaving the group and closing stores takes seconds and is not measured


def _told(places: Places) -> Mapping[str, list[int]]:
    """Values in thousandths, so that engines agree to the digit."""
    return {
        place: [round(count), round(total * 1000), round(most * 1000), round(newest)]
        for place, (count, total, most, newest) in places.items()
    }


def _peak_mb() -> float:
    """The most memory this process had, by the kernel."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else 0.0
