"""`hubwatch up`: its options; what it does stands in `streams.cli.up`."""

from __future__ import annotations

from typing import Annotated

import typer

from streams.cli.text import SCENARIOS


def up(
    seconds: Annotated[
        float | None,
        typer.Option(
            "--for", min=1, help="feed for so many seconds; starting and stopping come on top"
        ),
    ] = None,
    scenario: Annotated[str | None, typer.Option(help=SCENARIOS)] = None,
    recording: Annotated[
        str | None, typer.Option(help="play a recording of real sensors instead of the simulator")
    ] = None,
    speed: Annotated[
        float | None, typer.Option(min=0.01, help="site seconds a second, else the scenario's own")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="same seed, same simulated records")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="say nothing but one JSON object at the end")
    ] = False,
) -> None:
    """Start everything and watch it · 启动全部

    A real broker, the worker, the hub processor, the gateway and the simulator; Prometheus,
    Alertmanager and Grafana where they are installed. Prints the links, ticks off a checklist,
    says what goes wrong and comes back. Ctrl-C stops all of it. Exit status 0 when every tick was
    made (with a recording, but for the first alert), also at Ctrl-C; 1 when one was not.
    """
    from streams.cli.up import up as start
    from streams.runtime.settings import Settings

    settings = Settings.load()
    status = start(
        seconds=seconds,
        as_json=as_json,
        scenario=scenario or settings.scenario,
        speed=speed,
        seed=settings.seed if seed is None else seed,
        recording=recording or settings.recording,
    )
    raise typer.Exit(status)
