"""Every generated page: where it lies, and what writes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from schemas.export import differences as schema_differences
from schemas.export import write as write_schemas
from streams.domains import catalogue
from streams.reference.commands import commands_page
from streams.reference.errors import errors_page
from streams.reference.measures import measures_page
from streams.reference.metrics import metrics_page
from streams.reference.reasons import reasons_page
from streams.reference.rules import rules_page
from streams.reference.settings import settings_page
from streams.reference.topics import topics_page
from streams.rules.book import RuleBook
from streams.rules.load import load_rules
from streams.runtime.settings import Settings
from streams.site import load_site
from streams.site.model import Site

FOLDER = "docs/reference"

PAGES: Mapping[str, Callable[[Site], str]] = {
    "cli.md": lambda _: commands_page(),
    "errors.md": lambda _: errors_page(),
    "measures.md": lambda _: measures_page(catalogue()),
    "metrics.md": metrics_page,
    "reasons.md": lambda _: reasons_page(),
    "rules.md": lambda site: rules_page(_rules(site), site),
    "settings.md": lambda _: settings_page(),
    "topics.md": topics_page,
}
"""records.md and the schemas are `schemas.export`'s."""


def _rules(site: Site) -> RuleBook:
    return load_rules(Settings.model_construct().site_dir / "rules.yaml", site, catalogue())


def written() -> dict[str, str]:
    """Every page's text by its path from the repository's root; for the default site."""
    site = load_site(Settings.model_construct().site_dir)
    return {f"{FOLDER}/{name}": make(site) for name, make in PAGES.items()}


def write(root: Path) -> list[str]:
    """Brings pages and schemas up to date; returns the paths changed."""
    changed = write_schemas(root)
    for path, text in written().items():
        file = root / path
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


def differences(root: Path) -> list[str]:
    """One line for each file that is not as the code has it."""
    found = schema_differences(root)
    for path, text in written().items():
        file = root / path
        if not file.is_file():
            found.append(f"{path}: is missing")
        elif file.read_text(encoding="utf-8") != text:
            found.append(f"{path}: is behind the code")
    return found
