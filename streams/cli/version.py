"""`hubwatch version`."""

from __future__ import annotations

from importlib.metadata import version as installed

from streams import COMPILED, compiled
from streams.cli import terminal


def version() -> None:
    """The version of the platform, and how its core runs · 版本与核心的运行方式"""
    terminal.say(f"hubwatch {installed('hubwatch')}")
    terminal.say(
        "核心已编译 core compiled" if COMPILED else f"核心按源码运行 core {_interpreted()}"
    )


def _interpreted() -> str:
    if compiled.current():
        return "interpreted: HUBWATCH_INTERPRETED is set"
    why = (
        "interpreted: it was compiled from other code" if compiled.STAMP.exists() else "interpreted"
    )
    return f"{why} → scripts/compile"
