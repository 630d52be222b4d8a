"""`hubwatch tail TOPIC`: messages as they come, decoded."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli import terminal
from streams.cli.text import span_ms

if TYPE_CHECKING:
    from streams.runtime.clock import SiteClock


def tail(
    topic: Annotated[
        str, typer.Argument(help="inbox.<department>, situation, alerts or quarantine")
    ],
    since: Annotated[
        str, typer.Option(help="begin so far back in the site's time: 90s, 5m, 2h, 1d")
    ] = "",
    from_start: Annotated[
        bool, typer.Option("--from-start", help="begin with the first message kept")
    ] = False,
    place: Annotated[str, typer.Option(help="only this place and those in it")] = "",
    count: Annotated[int, typer.Option(min=0, help="end after so many messages; 0: never")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document a line")] = False,
) -> None:
    """Messages as they come, decoded · 实时消息

    Ctrl-C ends it. Times are those of the site.
    """
    from streams.cli.place_view import known_place
    from streams.cli.reader import reading
    from streams.cli.site_clock import running_clock
    from streams.cli.telling import teller, within
    from streams.runtime.settings import Settings
    from streams.site import load_site

    settings = Settings.load()
    site = load_site(settings.site_dir, settings.standards_dir)
    places = within(site, known_place(site, place).key) if place else None
    clock = running_clock(settings)
    tell = teller(topic, site)
    begin = {topic: 0} if from_start else {topic: since_ms(since, topic, clock)} if since else {}
    with reading(settings.bootstrap_servers) as reader:
        told = (tell(message) for message in reader.following((topic,), begin))
        chosen = (one for one in told if one and (places is None or one.place in places))
        for one in islice(chosen, count or None):
            terminal.say(one.json() if as_json else one.line)


def since_ms(span: str, topic: str, clock: SiteClock) -> int:
    """The stamp to begin with, for a span of site time back from now. Raises SpanError.

    Under a simulated clock inbox messages are stamped in site time, all others in wall time.
    """
    import time

    back_ms = span_ms(span)
    if topic.startswith("inbox."):
        return max(0, clock.now_ms() - back_ms)
    return max(0, int((time.time() - clock.wall_seconds(back_ms)) * 1000))
