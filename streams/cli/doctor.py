"""`hubwatch doctor`: everything that must be right, each with the exact fix."""

from __future__ import annotations

from typing import Annotated

import typer

from streams.cli import terminal
from streams.cli.text import harmless, shortened, table

SHOWN_CHARACTERS = 160
BROKEN = 2


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document")] = False,
) -> None:
    """Check everything, each with its fix · 体检

    This machine, the site's files, the broker and all that runs.

    Exit status 0: nothing is broken, though something may be missing or not running; 2: something
    is broken.
    """
    from streams.cli.checks import CHECKS
    from streams.runtime.settings import Settings

    settings = Settings.load()
    found = [(check, check.run(settings)) for check in CHECKS]
    if as_json:
        terminal.document(
            {
                check.key: {"mark": finding.mark, "said": finding.said, "fix": finding.fix}
                for check, finding in found
            }
        )
    else:
        rows = [
            (finding.mark, f"{check.zh} {check.en}", shortened(finding.said, SHOWN_CHARACTERS))
            for check, finding in found
        ]
        lines = table(("状态", "检查 check", "结果 finding"), rows)
        terminal.say(next(lines))
        for line, (_, finding) in zip(lines, found, strict=True):
            terminal.say(terminal.coloured(line, finding.mark))
            if finding.fix:
                terminal.say(harmless(f"      修复 fix: {finding.fix}"))
    raise typer.Exit(BROKEN if any(finding.mark == "fail" for _, finding in found) else 0)
