"""`hubwatch up`: calls a site up, and says how it went."""

from __future__ import annotations

import json
from typing import Any

import typer

from streams.cli.text import harmless
from streams.runtime.servers.signals import sigterm_interrupts
from streams.runtime.settings import Settings
from streams.runtime.site_up import Outcome, SiteUp
from streams.simulator.scenario import load_scenario
from streams.site import load_site


def up(
    *,
    seconds: float | None,
    as_json: bool,
    scenario: str,
    speed: float | None,
    seed: int,
    recording: str | None,
) -> int:
    """Starts, watches, stops; returns the exit status: 0 only when every tick was made.

    Each scenario and each recording has a data folder of its own.
    """
    base = Settings.load()
    settings = Settings.load(
        **base.model_dump(exclude={"data_dir", "scenario", "seed", "recording"}),
        data_dir=base.data_dir / (recording or scenario),
        scenario=scenario,
        seed=seed,
        recording=recording,
    )
    site = load_site(settings.site_dir, settings.standards_dir)
    site_up = SiteUp(
        settings=settings,
        site=site,
        plan=None if recording else load_scenario(settings.site_dir, scenario, site),
        speed=speed,
        seconds=seconds,
        tell=lambda text: typer.echo("\n".join(map(harmless, text.split("\n"))), err=as_json),
    )
    with sigterm_interrupts():
        outcome = site_up.run()
    if as_json:
        typer.echo(json.dumps(summary(outcome), ensure_ascii=False))
    lacking = [key for key, made in outcome.checklist.items() if not made]
    if lacking:
        typer.echo(f"  ✗ 未完成 not reached: {', '.join(lacking)}", err=True)
    return 1 if lacking else 0


def summary(outcome: Outcome) -> dict[str, Any]:
    """The object `--json` prints."""
    seen = outcome.seen
    return {
        "checklist": outcome.checklist,
        "events": {
            "accepted": seen.accepted,
            "processed": seen.processed,
            "quarantined": seen.quarantined,
        },
        "alerts": {
            "raised": len(seen.alerts),
            "cleared": sum(alert["state"] == "cleared" for alert in seen.alerts),
            "ids": sorted(alert["id"] for alert in seen.alerts),
        },
        "platform": {
            "monitored": seen.monitored,
            "firing": [alert["labels"].get("alertname", "") for alert in seen.platform_alerts],
        },
        "state": {status: seen.states[status] for status in ("ok", "suspect", "unknown")},
        "processes": outcome.health,
        "links": outcome.links,
    }
