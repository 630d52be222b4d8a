"""`hubwatch run NAME`: one of our own processes, as the supervisor starts it."""

from __future__ import annotations

from typing import Annotated

import typer


def run(
    name: Annotated[str, typer.Argument(help="worker, hub, gateway, simulator or replay")],
) -> None:
    """Run one process until a signal ends it · 运行单个进程"""
    from streams.cli.errors import NotKnownError
    from streams.cli.text import meant
    from streams.runtime import processes

    if name not in processes.PROCESSES:
        known = ", ".join(processes.PROCESSES)
        hint = meant(name, processes.PROCESSES) or f"one of {known}"
        raise NotKnownError(f"there is no process {name!r}", hint=hint)
    processes.run(name)
