"""Becomes a command that is told to stop when its parent ends: `bound.py PARENT_PID COMMAND…`.

Run as a script by an isolated interpreter. It is a step of its own, and not a hook between fork
and exec, because such a hook can deadlock in a process with threads. Linux tells the child when
the *thread* that started it ends, so whoever starts it does so from a thread that stays.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, command: list[str]) -> None:
    """Binds this process to its parent and replaces it by the command."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it ended before we were bound to it
        sys.exit(1)
    try:
        os.execvp(command[0], command)  # noqa: S606  # the command of a server spec
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
