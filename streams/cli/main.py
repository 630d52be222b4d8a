"""`hubwatch`: the command line of the platform."""

from __future__ import annotations

import typer

from streams.cli import process

app = typer.Typer(name="hubwatch", no_args_is_help=True, add_completion=False)
app.command("run", hidden=True)(process.run)


@app.callback()
def hubwatch() -> None:
    """Real-time operations of a transport hub and the district around it · 枢纽运行态势."""


def run() -> None:
    """Runs the command line."""
    app()
