"""What an engine is asked to do, as it travels to the engine's process: `name=value` arguments.

Standard library only: the peers' environments hold the peer and little else.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NamedTuple


class Task(NamedTuple):
    """Read `records` records of a topic, of each partition those before its offset in `ends`.

    Measuring starts when `warm_up` of them are done. `group` is the engine's own, `folder` is
    empty and goes away afterwards.
    """

    bootstrap_servers: str
    topic: str
    records: int
    warm_up: int
    ends: tuple[int, ...]
    group: str
    folder: str

    def arguments(self) -> list[str]:
        ends = ",".join(map(str, self.ends))
        return [f"{name}={value}" for name, value in {**self._asdict(), "ends": ends}.items()]


def task_of(arguments: Sequence[str] | None = None) -> Task:
    """The task in the arguments of this process."""
    given = dict(each.split("=", 1) for each in (arguments or sys.argv[1:]))
    return Task(
        bootstrap_servers=given["bootstrap_servers"],
        topic=given["topic"],
        records=int(given["records"]),
        warm_up=int(given["warm_up"]),
        ends=tuple(map(int, given["ends"].split(","))),
        group=given["group"],
        folder=given["folder"],
    )
