"""`hubwatch schemas`: the contract on paper, written from the models."""

from __future__ import annotations

import typer

from streams.cli import terminal

app = typer.Typer(no_args_is_help=True, help="JSON Schema and AsyncAPI of what travels · 数据契约")


@app.command()
def export() -> None:
    """Write docs/reference/schemas, asyncapi.json and records.md · 导出"""
    from schemas.export import write
    from streams.runtime.settings import CHECKOUT

    changed = write(CHECKOUT)
    for path in changed:
        terminal.say(path)
    terminal.say(f"{len(changed)} files written" if changed else "nothing to write")


@app.command()
def check() -> None:
    """Files that differ; exit 1 for any · 比对"""
    from schemas.export import differences
    from streams.runtime.settings import CHECKOUT

    found = differences(CHECKOUT)
    for line in found:
        terminal.say(line)
    if found:
        terminal.note("  fix: hubwatch schemas export")
        raise typer.Exit(1)
    terminal.say("ok: the files are as the models have them")
