"""`hubwatch run NAME`: one of our own processes, as the supervisor starts it."""

from __future__ import annotations

from typing import Annotated

import typer


def run(
    name: Annotated[str, typer.Argument(help="worker, hub, gateway, simulator or replay")],
) -> None:
    """Run one process until a signal ends it · 运行一个进程."""
    from streams.runtime import processes  # noqa: PLC0415

    processes.run(name)
