"""`hubwatch boards`: Grafana's boards, built from the site and its measures."""

from __future__ import annotations

from typing import Annotated

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


@app.command()
def push(
    url: Annotated[
        str, typer.Option(help="address of Grafana; else the one of `hubwatch up`")
    ] = "",
) -> None:
    """Send all boards to a Grafana that reads no files · 推送

    Logs in with HUBWATCH_GRAFANA_TOKEN, or with HUBWATCH_GRAFANA_USER and _PASSWORD.
    """
    import os

    from grafana.publish import auth_of
    from grafana.publish import push as send
    from streams.runtime.servers.ports import LOOPBACK
    from streams.runtime.settings import Settings

    address = url or f"http://{LOOPBACK}:{Settings.load().grafana_port}"
    for board in send(_built(), address, auth_of(os.environ)):
        terminal.say(board)


def _built() -> dict[str, str]:
    from grafana.basis import Basis
    from grafana.boards import build
    from streams.runtime.settings import Settings

    settings = Settings.load()
    return build(Basis.load(settings.site_dir, settings.standards_dir))
