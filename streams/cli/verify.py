"""`hubwatch verify`: the proof that nothing was lost, made from the topics alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from streams.cli import terminal
from streams.cli.text import harmless, span_ms

VIOLATED = 1


def verify(
    ledger: Annotated[Path, typer.Argument(help="what was acknowledged to whoever published")],
    within: Annotated[
        str, typer.Option(help="wait so long until the workers have taken everything up")
    ] = "30s",
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document")] = False,
) -> None:
    """Prove that nothing was lost and nothing told twice · 核验无丢失

    Reads the topics of the running broker from their start, replays them, and compares: with the
    ledger, with the alerts, with what the workers have stored. Changes nothing.

    Exit status 0: all invariants hold; 1: one is violated; 2: it cannot be checked.
    """
    from kafka.errors import KafkaError

    from streams.cli.reader import require_answer, unreachable
    from streams.domains import catalogue
    from streams.rules.load import load_rules
    from streams.runtime.settings import Settings
    from streams.site import load_site
    from streams.verify.finding import INVARIANTS, shown
    from streams.verify.ledger import read_ledger
    from streams.verify.proof import prove
    from streams.verify.reading import gather

    entries = read_ledger(ledger)
    settings = Settings.load()
    site = load_site(settings.site_dir, settings.standards_dir)
    rules = load_rules(settings.site_dir / "rules.yaml", site, catalogue())
    require_answer(settings.bootstrap_servers)
    terminal.note("读取主题 waiting for the workers, then reading the topics …")
    try:
        evidence = gather(settings, site, within_seconds=span_ms(within) / 1000)
    except KafkaError as error:
        raise unreachable(settings.bootstrap_servers, error) from error
    records = sum(map(len, evidence.inboxes.values()))
    terminal.note(f"重放 replaying {records:,} records twice; a minute or more for 100,000 …")
    findings = prove(entries, evidence, site, rules)
    if as_json:
        terminal.document(
            {
                finding.key: {
                    "holds": finding.holds,
                    "counts": dict(finding.counts),
                    "violations": len(finding.offenders),
                    "offenders": shown(finding.offenders),
                }
                for finding in findings
            }
        )
    else:
        for finding in findings:
            row = INVARIANTS[finding.key]
            counts = ", ".join(f"{name} {count:,}" for name, count in finding.counts.items())
            mark = "✓" if finding.holds else "✗"
            line = f"{mark} {row.key} {row.zh} {row.en}: {counts}"
            terminal.say(terminal.coloured(line, "ok" if finding.holds else "fail"))
            for offender in shown(finding.offenders):
                terminal.say(harmless(f"      {offender}"))
    raise typer.Exit(0 if all(finding.holds for finding in findings) else VIOLATED)
