"""Places where a process may be made to die or freeze, for the tests of what happens then.

The environment variable FAILPOINT names one: `snapshots-written:3` ends the process the third time
it comes there, as a kill would; with `:stop` it freezes there, with `:hang` only its event loop
does. Unset, a place costs the call of an empty function.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from threading import Event
from typing import Literal

VARIABLE = "FAILPOINT"
STATUS = 86
"""exit status of a process that ended at one"""

Point = Literal["batch-told", "alerts-acknowledged", "snapshots-written", "mark-written"]


def armed(wanted: str) -> Callable[[Point], None]:
    """What to call at each place, for a value of the variable. Raises ValueError for another."""
    if not wanted:
        return _nothing
    name, passes, *action = wanted.split(":")
    left = int(passes)

    def reached(point: Point) -> None:
        nonlocal left
        left -= point == name
        if left == 0 and point == name:
            _act(action[0] if action else "end")

    return reached


def _act(action: str) -> None:
    if action == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    elif action == "hang":
        Event().wait()
    else:
        os._exit(STATUS)  # nothing is flushed, sent or released


def _nothing(point: Point) -> None:
    """The process goes on."""


reached = armed(os.environ.get(VARIABLE, ""))
