"""Checks of what a site is made of: its files, its rules, the contract, recordings."""

from __future__ import annotations

from connectors.replay.reading import RecordingError
from connectors.replay.recording import FORMATS, open_recording
from grafana.basis import Basis
from grafana.boards import build
from grafana.boards import differences as board_differences
from schemas.export import differences
from streams.cli.checks.finding import Finding
from streams.cli.rules import CASES, RULES
from streams.domains import catalogue
from streams.rules.check import check_rules
from streams.runtime.settings import CHECKOUT, Settings
from streams.site import load_site


def files(settings: Settings) -> Finding:
    site = load_site(settings.site_dir, settings.standards_dir)
    cells = {place.cell for place in site.places.values() if place.cell}
    return Finding(
        "ok",
        f"{site.key}: {len(site.places)} places in {len(cells)} cells, {len(site.feeds)} feeds,"
        f" {len(site.sources)} sources",
    )


def rules(settings: Settings) -> Finding:
    """The rules are right, and each has a case."""
    site = load_site(settings.site_dir, settings.standards_dir)
    folder = settings.site_dir
    mistakes = check_rules(folder / RULES, folder / CASES, site, catalogue())
    if mistakes:
        said = f"mistakes: {len(mistakes)}, the first: {mistakes[0]}"
        return Finding("fail", said, "hubwatch rules check lists all of them")
    return Finding("ok", f"{RULES} and {CASES} are right")


def schemas(_: Settings) -> Finding:
    """The exported schemas are as the models have them."""
    found = differences(CHECKOUT)
    if found:
        said = f"files that differ from the models: {len(found)}, the first: {found[0]}"
        return Finding("fail", said, "hubwatch schemas export")
    return Finding("ok", "exported as the models have them")


def boards(settings: Settings) -> Finding:
    """The boards' files are as the site and its measures have them."""
    found = board_differences(build(Basis.load(settings.site_dir, settings.standards_dir)))
    if found:
        said = f"files that differ: {len(found)}, the first: {found[0]}"
        return Finding("warn", said, "hubwatch boards build")
    return Finding("ok", "built as the site has them")


def recordings(_: Settings) -> Finding:
    """The files that `hubwatch replay` plays; nothing else needs them."""
    absent: list[RecordingError] = []
    for name in FORMATS:
        try:
            open_recording(name)
        except RecordingError as error:
            absent.append(error)
    if absent:
        said = f"{len(absent)} of {len(FORMATS)} are not there: {absent[0].args[0]}"
        return Finding("warn", said, absent[0].hint)
    return Finding("ok", ", ".join(FORMATS))
