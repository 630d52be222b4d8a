"""`hubwatch boards`: Grafana's boards, built from the site and its measures."""

from __future__ import annotations

import typer

from streams.cli import terminal

app = typer.Typer(no_args_is_help=True, help="Boards for Grafana, built from the site · 看板")


@app.command()
def build() -> None:
    """Write the files of all boards · 生成"""
    from grafana.boards import differences, write

    built = _built()
    changed = differences(built)
    write(built)
    for line in changed:
        terminal.say(line)
    terminal.say(f"boards: {len(built)}, files that changed: {len(changed)}")


@app.command()
def check() -> None:
    """Files that differ; exit 1 for any · 比对"""
    from grafana.boards import differences

    found = differences(_built())
    for line in found:
        terminal.say(line)
    if found:
        terminal.note("  fix: hubwatch boards build")
        raise typer.Exit(1)
    terminal.say("ok: the files are as the site and its measures have them")


def _built() -> dict[str, str]:
    from grafana.basis import Basis
    from grafana.boards import build
    from streams.runtime.settings import Settings

    settings = Settings.load()
    return build(Basis.load(settings.site_dir, settings.standards_dir))
