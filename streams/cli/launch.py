"""`hubwatch up`: its options; what it does stands in `streams.cli.up`."""

from __future__ import annotations

from typing import Annotated

import typer


def up(
    seconds: Annotated[
        float | None, typer.Option("--for", min=1, help="stop after so many seconds")
    ] = None,
    scenario: Annotated[
        str | None, typer.Option(help="what the simulator plays; see `hubwatch simulate --help`")
    ] = None,
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
    Alertmanager and Grafana where they are installed. Ticks off a checklist, then prints the
    links. Ctrl-C stops all of it. Exit status 0 only when every tick was made.
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
