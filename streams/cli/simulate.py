"""`hubwatch simulate`: a synthetic site, published to the running broker."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from streams.cli import terminal
from streams.cli.text import SCENARIOS, span_ms

INTERRUPTED = 130


def simulate(
    scenario: Annotated[str | None, typer.Option(help=SCENARIOS)] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="same seed, same records to the byte")
    ] = None,
    speed: Annotated[
        str, typer.Option(help="site seconds a second, or max; else the scenario's own")
    ] = "",
    duration: Annotated[str, typer.Option(help="site time to play: 90s, 5m, 2h, 1d")] = "",
    truth: Annotated[
        Path | None, typer.Option(help="write here which alerts and refusals are right")
    ] = None,
    ledger: Annotated[
        Path | None, typer.Option(help="list here what the broker has stored, for hubwatch verify")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document at the end")] = False,
) -> None:
    """Publish a synthetic site · 模拟数据

    To the running broker; every record says that it is simulated. Goes by the simulated clock that
    runs, or starts one, by which processes started afterwards go.
    `hubwatch up` does all of that by itself; while it runs, this is refused.
    """
    from streams.cli.play import require_alone, require_topics
    from streams.cli.simulated import Simulated
    from streams.runtime.settings import Settings
    from streams.simulator.scenario import load_scenario
    from streams.site import load_site
    from streams.verify.ledger import Ledger

    settings = Settings.load()
    require_alone(settings)
    site = load_site(settings.site_dir, settings.standards_dir)
    chosen = load_scenario(settings.site_dir, scenario or settings.scenario, site)
    inboxes = [department.inbox for department in site.departments.values()]
    require_topics(settings, inboxes, publisher_stamps=True)
    plan = Simulated.prepare(
        settings,
        site,
        chosen,
        seed=settings.seed if seed is None else seed,
        speed=speed,
        duration_ms=span_ms(duration) if duration else None,
    )
    if truth is not None:
        truth.write_bytes(plan.truth())
    if ledger is None:
        play = plan.play()
    else:
        with Ledger(ledger) as listing:
            play = plan.play(listing.emitted)
    if as_json:
        terminal.document(plan.account(play))
    else:
        for line in plan.lines(play):
            terminal.say(line)
    if play.interrupted:
        raise typer.Exit(INTERRUPTED)
