"""What reaches the user's terminal: plain lines, colour only where it is welcome, one document."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

import typer

COLOURS: Mapping[str, str] = {
    "ok": typer.colors.GREEN,
    "warn": typer.colors.YELLOW,
    "suspect": typer.colors.YELLOW,
    "fail": typer.colors.RED,
    "unknown": typer.colors.MAGENTA,
}
"""Never the only sign: the word itself always stands in the line."""


def coloured(line: str, word: str) -> str:
    """The line in the colour of a status, on a terminal that wants colours (NO_COLOR, no pipe)."""
    if word not in COLOURS or os.environ.get("NO_COLOR") or not sys.stdout.isatty():
        return line
    return typer.style(line, fg=COLOURS[word])


def say(line: str = "") -> None:
    """One line on stdout."""
    typer.echo(line)


def note(line: str) -> None:
    """One line on stderr: what is not part of the answer."""
    typer.echo(line, err=True)


def document(content: object) -> None:
    """The answer of `--json`: one JSON document on stdout, keys in the order given."""
    import msgspec  # not needed by most commands

    typer.echo(msgspec.json.format(msgspec.json.encode(content), indent=2).decode())
