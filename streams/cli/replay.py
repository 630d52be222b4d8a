"""`hubwatch replay RECORDING`: real sensors' recordings, published as if they reported now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli import terminal

if TYPE_CHECKING:
    from connectors.publisher import PlayCount
    from connectors.replay import Account

INTERRUPTED = 130


def replay(
    recording: Annotated[
        str, typer.Argument(help="road-ndw, metro-beijing or pedestrians-melbourne")
    ],
    speed: Annotated[
        str, typer.Option(help="times as fast as recorded, or max; else the site clock's speed")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document at the end")] = False,
) -> None:
    """Publish a recording of real sensors · 回放实测

    To the running broker, shifted in time so that it ends now, or, at the site clock's own speed,
    begins now. Ends with an account of every line read. Processes started with
    HUBWATCH_RECORDING=<recording> expect its sensors in place of those registered there;
    `hubwatch up --recording` starts them so; while it runs, this is refused.
    """
    from connectors.replay import open_recording
    from streams.cli.play import Play, require_alone, require_topics
    from streams.cli.schedule import ending_now, speed_of
    from streams.cli.site_clock import running_clock
    from streams.runtime.replay import mapping_of
    from streams.runtime.settings import Settings
    from streams.site import load_site

    settings = Settings.load()
    require_alone(settings)
    site = load_site(settings.site_dir, settings.standards_dir)
    clock = running_clock(settings)
    opened = open_recording(recording)
    mapping = mapping_of(settings, site, recording)
    faster = speed_of(speed) if speed else clock.speed
    inbox = site.departments[site.feeds[mapping.feed].department].inbox
    require_topics(settings, [inbox], publisher_stamps=clock.simulated or faster != clock.speed)
    instants = [emission.at_ms for emission in opened.records(mapping.begin_ms, site, mapping)]
    schedule = ending_now(clock, instants[-1] - mapping.begin_ms if instants else 0, faster)
    play = Play(settings, schedule.clock)
    play.run(opened.records(schedule.start_ms, site, mapping))
    tell(recording, inbox, opened.account, play.count, as_json=as_json)
    if play.interrupted:
        raise typer.Exit(INTERRUPTED)


def tell(recording: str, inbox: str, account: Account, count: PlayCount, *, as_json: bool) -> None:
    """Where every line went: told in a record, or left out for a reason."""
    if as_json:
        terminal.document(
            {
                "recording": recording,
                "topic": inbox,
                "lines": account.lines,
                "told": account.told,
                "left_out": dict(account.left_out),
                "records": account.records,
                "published": count.records,
                "accounted": account.balanced and account.records == count.records,
            }
        )
        return
    terminal.say(f"{recording} → {inbox}")
    terminal.say(f"{account.lines:>10,}  读取 lines read")
    terminal.say(f"{account.told:>10,}  采用 told, joined into {account.records:,} records")
    for reason, lines in sorted(account.left_out.items()):
        if lines:
            terminal.say(f"{lines:>10,}  未采用 left out: {reason}")
    terminal.say(f"{count.records:>10,}  已发布 records stored by the broker")
