"""`hubwatch rules`: are the rules right, and do they do what their cases expect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from streams.cli import terminal

if TYPE_CHECKING:
    from streams.runtime.settings import Settings
    from streams.site.model import Site

RULES = "rules.yaml"
CASES = "rules.tests.yaml"

app = typer.Typer(no_args_is_help=True, help="Rules of the site and their cases · 规则")


@app.command()
def check() -> None:
    """Mistakes in rules and cases; exit 1 for any · 校验"""
    from streams.domains import catalogue
    from streams.rules.check import check_rules

    settings, site = _site()
    folder = settings.site_dir
    mistakes = check_rules(folder / RULES, folder / CASES, site, catalogue())
    for mistake in mistakes:
        terminal.say(str(mistake))
    if mistakes:
        raise typer.Exit(1)
    terminal.say(f"ok: {folder / RULES}")


@app.command()
def test() -> None:
    """Run the case of every rule · 运行用例"""
    from streams.domains import catalogue
    from streams.rules.check import run_cases
    from streams.rules.load import load_rules

    settings, site = _site()
    folder = settings.site_dir
    book = load_rules(folder / RULES, site, catalogue())
    results = run_cases(book, folder / CASES, site)
    for result in results:
        word = "ok" if result.passed else "fail"
        terminal.say(terminal.coloured(f"{word:4}  {result}", word))
    failed = sum(not result.passed for result in results)
    terminal.say(f"{len(results)} cases, {failed} failed")
    if failed:
        raise typer.Exit(1)


def _site() -> tuple[Settings, Site]:
    from streams.runtime.settings import Settings
    from streams.site import load_site

    settings = Settings.load()
    return settings, load_site(settings.site_dir, settings.standards_dir)
