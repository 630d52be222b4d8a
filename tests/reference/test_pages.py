"""The generated pages are what the code says, and leave nothing out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from streams import COMPILED
from streams.cli.main import app
from streams.cli.reasons import VALUE_REASONS
from streams.domains import catalogue
from streams.gate.reasons import Reason
from streams.reference import pages
from streams.reference.errors import errors
from streams.runtime.settings import CHECKOUT, Settings
from streams.runtime.topics import topics
from streams.site import load_site

pytestmark = pytest.mark.skipif(
    COMPILED, reason="machine code has no docstrings: HUBWATCH_INTERPRETED=1"
)

FOLDER = CHECKOUT / pages.FOLDER
CORE = ("fusion", "hub", "partition", "domains")


def text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def test_the_pages_checked_in_are_up_to_date() -> None:
    assert not pages.differences(CHECKOUT), "run scripts/reference"


def test_a_page_that_is_behind_is_named_and_written_anew(tmp_path: Path) -> None:
    folder = tmp_path / pages.FOLDER
    folder.mkdir(parents=True)
    written = pages.write(tmp_path)
    assert {f"{pages.FOLDER}/{name}" for name in pages.PAGES} <= set(written)
    assert not pages.differences(tmp_path)
    (folder / "cli.md").write_text("# Command line\n", encoding="utf-8")
    (folder / "topics.md").unlink()
    behind = [f"{pages.FOLDER}/cli.md: is behind the code", f"{pages.FOLDER}/topics.md: is missing"]
    assert pages.differences(tmp_path) == behind
    assert pages.write(tmp_path) == [line.partition(":")[0] for line in behind]


def commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    below = getattr(command, "commands", None)
    if below is None:
        yield path, command
        return
    for name, child in below.items():
        yield from commands(child, f"{path} {name}")


def test_every_command_and_option_is_there() -> None:
    page = text("cli.md")
    for path, command in commands(get_command(app), "hubwatch"):
        _, found, section = page.partition(f"## `{path}`\n")
        assert found, path
        section = section.partition("\n## ")[0]
        for parameter in command.params:
            name = parameter.opts[0] if parameter.param_type_name == "option" else parameter.name
            assert name in section, f"{path} {name}"
            assert parameter.help, f"{path} {name} says nothing of itself"


def test_every_setting_says_what_it_is_and_shows_no_path_of_this_machine() -> None:
    page = text("settings.md")
    for name, field in Settings.model_fields.items():
        assert f"| `{name}` | `HUBWATCH_{name.upper()}` |" in page
        assert field.description
    assert str(CHECKOUT) not in page
    assert str(Path.home()) not in page


def test_every_topic_and_every_reason_is_there() -> None:
    site = load_site(Settings.model_construct().site_dir)
    for topic in topics(site, 4, simulated_clock=False):
        assert f"| `{topic.name}` |" in text("topics.md")
    for reason in Reason:
        assert f"| `{reason.value}` |" in text("reasons.md")


def test_every_reason_the_core_gives_a_value_has_words() -> None:
    """Found in the text of the core, so that a new code cannot stay without words."""
    given = {
        code
        for package in CORE
        for file in (CHECKOUT / "streams" / package).glob("*.py")
        for code in re.findall(r'reason="([a-z-]+)"', file.read_text(encoding="utf-8"))
    }
    assert given
    assert given <= VALUE_REASONS.keys()


def test_every_error_has_a_code_of_its_own_and_a_meaning() -> None:
    found = [kind for _, kind in errors()]
    codes = Counter(kind.code for kind in found)
    assert [code for code, times in codes.items() if times > 1] == []
    for kind in found:
        assert f"`{kind.code}` | `{kind.__name__}`" in text("errors.md")
        assert kind.__doc__


def test_every_metric_that_prometheus_rules_ask_for_is_there() -> None:
    """Names of recording rules carry a colon; everything else must be served by a process."""
    listed = set(re.findall(r"^\| `(hubwatch_\w+)`", text("metrics.md"), re.MULTILINE))
    rules = [*(CHECKOUT / "deploy" / "prometheus" / "rules").glob("*.yml")]
    assert rules
    for file in rules:
        for name in re.findall(r"(?<![\w:])hubwatch_\w+(?![\w:])", file.read_text("utf-8")):
            assert name in listed or re.sub(r"_(bucket|count|sum)$", "", name) in listed, name


def test_every_measure_has_a_series() -> None:
    rows = catalogue()
    for key in (*rows.cell_keys(), *rows.hub):
        assert f"| `hubwatch_{key.replace('.', '_')}` |" in text("metrics.md")
