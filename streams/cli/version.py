"""`hubwatch version`."""

from __future__ import annotations

from importlib.metadata import version as installed

from streams.cli import terminal


def version() -> None:
    """The version of the platform · 版本"""
    terminal.say(f"hubwatch {installed('hubwatch')}")
