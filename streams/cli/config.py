"""`hubwatch config`: the settings as every process resolves them, and where each comes from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli import terminal
from streams.cli.text import table

if TYPE_CHECKING:
    from streams.runtime.settings import Settings


def config(
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document")] = False,
) -> None:
    """The settings and their origins · 配置来源

    Set one with the environment variable HUBWATCH_<NAME>, or in hubwatch.toml of this folder.
    """
    from streams.runtime.settings import Settings

    settings = Settings.load()
    rows = [(name, str(getattr(settings, name)), origin) for name, origin in origins(settings)]
    if as_json:
        terminal.document({n: {"value": value, "origin": origin} for n, value, origin in rows})
    else:
        for line in table(("设置 setting", "值 value", "来源 origin"), rows):
            terminal.say(line)


def origins(settings: Settings) -> Iterator[tuple[str, str]]:
    """Each setting's name with `default`, `hubwatch.toml` or its environment variable.

    A secret is a SecretStr and shows itself as asterisks.
    """
    import os
    import tomllib
    from pathlib import Path

    file = Path(str(settings.model_config.get("toml_file")))
    in_file = tomllib.loads(file.read_text()) if file.is_file() else {}
    environment = {name.upper() for name in os.environ}
    for name, variable in zip(type(settings).model_fields, variables(settings), strict=True):
        if variable in environment:
            yield name, variable
        else:
            yield name, str(file) if name in in_file else "default"


def variables(settings: Settings) -> list[str]:
    """The environment variables of all settings, in the settings' order."""
    return [f"HUBWATCH_{name.upper()}" for name in type(settings).model_fields]
