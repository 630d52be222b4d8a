"""`hubwatch up`: calls a site up, and says how it went."""

from __future__ import annotations

import json
from typing import Any

import typer

from connectors.replay import open_recording
from streams.cli.text import harmless
from streams.runtime.replay import mapping_of
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
    """Starts, watches, stops; returns the exit status: 0 when all that must happen has.

    Each scenario and each recording has a data folder of its own. Raises RecordingError and
    SiteError before anything is begun.
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
    if recording:
        open_recording(recording)
        mapping_of(settings, site, recording)
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
    for tick in outcome.checklist.not_seen:
        typer.echo(
            f"  – {tick.zh} {tick.en}: 未出现 none; 录像可能没有 a recording may have none",
            err=True,
        )
    lacking = ", ".join(tick.key for tick in outcome.checklist.lacking)
    if lacking:
        typer.echo(f"  ✗ 未完成 not reached: {lacking}", err=True)
    return 1 if lacking else 0


def summary(outcome: Outcome) -> dict[str, Any]:
    """The object `--json` prints."""
    seen = outcome.seen
    return {
        "checklist": outcome.checklist.made,
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
        "processes": {name: status.reason for name, status in outcome.processes.items()},
        "restarts": {name: status.restarts for name, status in outcome.processes.items()},
        "links": outcome.links,
    }
