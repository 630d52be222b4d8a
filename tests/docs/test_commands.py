"""Whatever a page tells a reader to type exists: commands, options, scripts, settings."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer.main

from streams.cli.main import app
from streams.runtime.settings import OUTSIDE, Settings
from tests.docs.pages import HAND_WRITTEN, ROOT, commands, name

PROGRAM: Any = typer.main.get_command(app)


@pytest.mark.parametrize("page", HAND_WRITTEN, ids=name)
def test_commands_exist(page: Path) -> None:
    for line in commands(page):
        first, *words = shlex.split(line)
        if first == "hubwatch":
            assert refused(words) == "", f"{name(page)}: {line}"
        else:
            assert (ROOT / first).is_file(), f"{name(page)}: {line}"
            assert first != "scripts/up" or refused(["up", *words]) == "", f"{name(page)}: {line}"


def refused(words: list[str]) -> str:
    """The first word of a command line that the program does not know; no value is looked at."""
    command = PROGRAM
    while words and hasattr(command, "commands") and not words[0].startswith("-"):
        if words[0] not in command.commands:
            return "" if words[0] == "…" else words[0]
        command, words = command.commands[words[0]], words[1:]
    known = {option for parameter in command.params for option in parameter.opts}
    known |= {"--help", "-h"}
    unknown = [word for word in words if word.startswith("-") and word not in known]
    return unknown[0] if unknown else ""


def test_an_invented_command_is_noticed() -> None:
    assert refused(["rules", "invent"]) == "invent"
    assert refused(["up", "--gently"]) == "--gently"
    assert refused(["state", "hub.t2", "-m", "crowd.count_persons"]) == ""


@pytest.mark.parametrize("page", HAND_WRITTEN, ids=name)
def test_settings_exist(page: Path) -> None:
    known = {f"HUBWATCH_{field.upper()}" for field in Settings.model_fields}
    known |= OUTSIDE.keys()
    text = page.read_text(encoding="utf-8")
    assert set(re.findall(r"HUBWATCH_[A-Z][A-Z_]*[A-Z]\b", text)) <= known
