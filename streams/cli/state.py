"""`hubwatch state PLACE`: what is known of a place, how far to trust it, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from streams.cli import terminal


def state(
    place: Annotated[str, typer.Argument(help="key of a place, e.g. hub.t2.security.north")],
    measure: Annotated[
        str, typer.Option("--measure", "-m", help="only this one, with all it follows from")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document")] = False,
) -> None:
    """What is known of a place, and why · 场所现状

    Reads the topics themselves, so it also works while the gateway is down.
    """
    from streams.cli.picture import read_picture
    from streams.cli.place_view import PlaceView, known_place
    from streams.cli.reader import reading
    from streams.cli.site_clock import running_clock
    from streams.domains import catalogue
    from streams.runtime.settings import Settings
    from streams.site import load_site

    settings = Settings.load()
    site = load_site(settings.site_dir, settings.standards_dir)
    asked = known_place(site, place)
    with reading(settings.bootstrap_servers) as reader:
        picture = read_picture(reader, running_clock(settings))
    view = PlaceView(site, asked, picture, catalogue())
    view.require(measure)
    if as_json:
        terminal.document(view.document(measure))
    else:
        for line in view.lines(measure):
            terminal.say(line)
