"""`hubwatch`: the command line of the platform.

A command is a light function in a module of its own; what is slow to load, it imports when it
runs, so that `--help` answers at once.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.util import find_spec

import typer

from schemas.errors import HubwatchError
from streams.cli import (
    boards,
    config,
    doctor,
    launch,
    process,
    replay,
    rules,
    schemas,
    simulate,
    state,
    tail,
    terminal,
    topics,
    verify,
    version,
)

REFUSED = 2
INTERRUPTED = 130

app = typer.Typer(
    name="hubwatch",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


@app.callback()
def hubwatch() -> None:
    """Real-time operations of a transport hub and the district around it · 枢纽运行态势

    Texts are Chinese and English. Exit status: 0 done, 1 something is wrong with what was looked
    at, 2 the command could not do its work.
    """


app.command()(launch.up)
app.command()(doctor.doctor)
app.command()(state.state)
app.command()(tail.tail)
app.command()(topics.topics)
app.command()(simulate.simulate)
app.command()(replay.replay)
app.command()(verify.verify)
app.add_typer(rules.app, name="rules")
app.add_typer(schemas.app, name="schemas")
app.add_typer(boards.app, name="boards")
if find_spec("streams.cli.bench"):
    app.add_typer(import_module("streams.cli.bench").app, name="bench")
app.command()(config.config)
app.command()(version.version)
app.command(hidden=True)(process.run)


def run() -> None:
    """Runs the command line; every error raised on purpose becomes two lines and status 2."""
    try:
        app()
    except HubwatchError as error:
        if os.environ.get("HUBWATCH_DEBUG"):
            raise
        terminal.note(f"error: {error.code} {error.args[0]}".rstrip())
        if error.hint:
            terminal.note(f"  fix: {error.hint}")
        sys.exit(REFUSED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
