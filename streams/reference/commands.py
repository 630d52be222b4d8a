"""The page of the command line, from the commands themselves."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import typer
from typer.main import get_command

from streams.cli.main import app
from streams.reference.markdown import code, page, table

NAME = "hubwatch"
INTRODUCTION = """\
`scripts/up` is `hubwatch up` with the set-up before it; `python -m streams.cli` is `hubwatch`.

Exit status: 0 done; 1 something is wrong with what was looked at; 2 the command could not do its
work: then stderr says `error: <code> <what>` and `fix: <what to do>` (see [errors](errors.md));
130 Ctrl-C. With `HUBWATCH_DEBUG=1` an error shows where it came from. Colours are left out with
`NO_COLOR` and where stdout is no terminal. `--json` prints one JSON document on stdout; `tail`
prints one a line.
"""


def commands_page() -> str:
    """docs/reference/cli.md, commands in the order of `hubwatch --help`, hidden ones last."""
    root: Any = get_command(app)
    context = typer.Context(root, info_name=NAME)
    commands = sorted(root.commands.values(), key=lambda command: command.hidden)
    sections = [part for command in commands for part in _sections(command, context)]
    return page("Command line", "streams/cli", INTRODUCTION, *sections)


def _sections(command: Any, parent: typer.Context) -> Iterator[str]:
    """A command, or the commands of a group."""
    context = typer.Context(command, info_name=command.name, parent=parent)
    for below in getattr(command, "commands", {}).values():
        yield from _sections(below, context)
    if hasattr(command, "commands"):
        return
    yield f"## `{context.command_path}`"
    if command.hidden:
        yield "Not in `--help`: the supervisor starts the processes with it."
    yield inspect.cleandoc(command.help or "")
    usage = " ".join((context.command_path, *command.collect_usage_pieces(context)))
    yield code(usage)
    records = (parameter.get_help_record(context) for parameter in command.params)
    rows = [(code(names), about) for names, about in filter(None, records)]
    if rows:
        yield table(("option", "meaning"), rows)
