"""`hubwatch topics`: the topics of the site, what is in them, and whether they are as they should
be."""

from __future__ import annotations

from typing import Annotated

import typer

from streams.cli import terminal
from streams.cli.text import table


def topics(
    create: Annotated[bool, typer.Option("--create", help="create those that are missing")] = False,
    publisher_stamps: Annotated[
        bool,
        typer.Option(
            "--publisher-stamps",
            help="inbox topics for records of another time than now: simulated, replayed",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document")] = False,
) -> None:
    """The topics and how they are kept · 主题

    Exit status 1 when one is missing or not as this site needs it.
    """
    from streams.cli.topic_list import create_missing, listed
    from streams.runtime.settings import Settings

    settings = Settings.load()
    if create:
        terminal.note(f"{create_missing(settings, publisher_stamps)} topics created")
    rows = listed(settings, publisher_stamps)
    if as_json:
        terminal.document(rows)
    else:
        head = ("主题 topic", "分区 partitions", "消息 messages", "状态 status", "配置 kept as")
        cells = [
            (row.name, str(row.partitions), f"{row.messages:,}", row.status, row.kept_as)
            for row in rows
        ]
        for line in table(head, cells):
            terminal.say(line)
    if any(row.status != "ok" for row in rows):
        raise typer.Exit(1)
