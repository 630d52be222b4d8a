"""What a server is: one row of values that the supervisor runs. A new server is a new row."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from streams.runtime.servers.probes import Probe, alive


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSpec:
    """How to start one process, when it is ready, and how patient to be with it."""

    name: str
    command: tuple[str, ...]
    ready: Probe = alive
    """Asked until it is content, then every few seconds for as long as the process runs."""
    needs: tuple[str, ...] = ()
    """Names of servers that must be healthy before this one starts, and that outlive it."""
    ports: tuple[int, ...] = ()
    """Loopback ports it will bind: must be free, else PortBusyError."""
    port_option: str = ""
    """What the user sets to choose another port; goes into the hint."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Added to the environment of this process."""
    files: Mapping[Path, str] = field(default_factory=dict)
    """Configuration, written before each start."""
    prepare: Callable[[], None] | None = None
    """Runs after the files are written and before each start."""
    required: bool = True
    """When it cannot start, nothing starts; otherwise it is only reported."""
    start_timeout_seconds: float = 60.0
    stop_timeout_seconds: float = 10.0
    hung_after_seconds: float = 30.0
    """One that was healthy and has not answered for so long is killed and started again."""
    restart_first_seconds: float = 0.5
    restart_longest_seconds: float = 30.0
    """Waits between restarts double from the first to the longest; a minute of health resets."""


def program(
    name: str,
    *arguments: str,
    process: str = "",
    ready: Probe = alive,
    needs: tuple[str, ...] = ("broker",),
    ports: tuple[int, ...] = (),
) -> ServerSpec:
    """One of our own processes: `hubwatch run NAME ARGUMENTS`.

    `process` is the name to report it under, for several of one kind (`worker-2`); what else a
    row holds is set by `dataclasses.replace`.
    """
    return ServerSpec(
        name=process or name,
        command=(sys.executable, "-m", "streams.cli", "run", name, *arguments),
        ready=ready,
        needs=needs,
        ports=ports,
        environment={"PYTHONUNBUFFERED": "1"},
    )
