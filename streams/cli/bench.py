"""`hubwatch bench`: how fast the worker is, on this machine, by commands anyone can repeat."""

from __future__ import annotations

import json
import shlex
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from streams.cli import terminal

app = typer.Typer(no_args_is_help=True, help="Measure the worker on this machine · 测速")

Records = Annotated[int, typer.Option(min=20_000, max=20_000_000, help="records to work off")]
Stepped = Annotated[
    int,
    typer.Option(min=200_000, max=20_000_000, help="records; fewer fill too few whole batches"),
]
Sources = Annotated[int, typer.Option(min=100, max=1_000_000, help="sensors that report")]
Places = Annotated[int, typer.Option(min=40, max=10_000, help="places they report on")]
Partitions = Annotated[int, typer.Option(min=1, max=64, help="partitions of the inbox topics")]
Json = Annotated[bool, typer.Option("--json", help="one JSON object as the last line")]


@app.command()
def pipeline(
    records: Records = 3_000_000,
    sources: Sources = 5000,
    places: Places = 200,
    partitions: Partitions = 4,
    as_json: Json = False,
) -> None:
    """Gate, fusion, rules, snapshots and metrics of one worker that works off a backlog.

    Events a second and CPU µs an event, on a real broker. Figures of a busy machine are those of a
    busy machine.
    """
    from streams.bench.load import Load
    from streams.bench.pipeline import throughput

    taken = throughput(Load(sources=sources, places=places, partitions=partitions), records)
    if as_json:
        typer.echo(json.dumps(asdict(taken)))
        return
    core = "compiled" if taken.compiled else "interpreted"
    terminal.say(f"{taken.events_per_s:>12,}  events/s of {taken.records:,} records, core {core}")
    terminal.say(f"{taken.cpu_us_per_event:>12}  CPU µs an event")
    terminal.say(f"{taken.rss_mb:>12}  MB of memory")


@app.command()
def latency(
    sources: Sources = 5000,
    places: Places = 200,
    partitions: Partitions = 4,
    seconds: Annotated[float, typer.Option(min=8, max=600, help="of the steady stream")] = 20.0,
    burst: Annotated[float, typer.Option(min=0, max=300, help="seconds of a burst after it")] = 0.0,
    factor: Annotated[float, typer.Option(min=1, max=50, help="times the steady rate")] = 10.0,
    as_json: Json = False,
) -> None:
    """How long an alert takes from its record to the topic, in a steady stream and in a burst.

    Each source speaks once a second. Snapshots and scrapes go on as in operation.
    """
    from streams.bench.latency import latency as measured
    from streams.bench.load import Load

    load = Load(sources=sources, places=places, partitions=partitions, crowded_every=20)
    found = measured(load, seconds, burst_factor=factor, burst_seconds=burst)
    if as_json:
        typer.echo(json.dumps(asdict(found)))
        return
    for name, waits in (("steady", found.steady), ("burst", found.burst)):
        if waits is not None:
            terminal.say(f"{name:>8}: {waits.rate_per_s:,} events/s, {waits.alerts} alerts")
            terminal.say(f"{waits.p50_ms:>12}  ms event → alert, p50")
            terminal.say(f"{waits.p99_ms:>12}  ms event → alert, p99")
    if found.drained_seconds is not None:
        terminal.say(f"{found.drained_seconds:>12}  s until the burst was worked off")


@app.command()
def soak(
    sources: Sources = 20_000,
    places: Places = 800,
    partitions: Partitions = 4,
    seconds: Annotated[float, typer.Option(min=30, max=7200, help="of the stream")] = 120.0,
    as_json: Json = False,
) -> None:
    """Whether memory and open files of a worker stay flat over a long run, and nothing is lost.

    Each source speaks once a second.
    """
    from streams.bench.load import Load
    from streams.bench.soak import soak as measured

    found = measured(Load(sources=sources, places=places, partitions=partitions), seconds)
    if as_json:
        typer.echo(json.dumps(asdict(found)))
        return
    terminal.say(f"{found.rate_per_s:>12,}  events/s for {found.seconds:.0f} s")
    terminal.say(f"{found.processed:>12,}  processed by the worker of {found.records:,} published")
    for name, look in (("in the middle", found.middle), ("at the end", found.last)):
        terminal.say(f"{look.mb:>12}  MB and {look.handles} open files {name}")


@app.command()
def rebuild(
    sources: Sources = 100_000,
    places: Places = 4000,
    partitions: Partitions = 4,
    as_json: Json = False,
) -> None:
    """How long a worker that starts takes to be back with the state of all its sources."""
    from streams.bench.load import Load
    from streams.bench.rebuild import rebuild as measured

    load = Load(sources=sources, places=places, partitions=partitions, cadence_seconds=20.0)
    found = asdict(measured(load))
    if as_json:
        typer.echo(json.dumps(found))
        return
    for name, figure in found.items():
        terminal.say(f"{name:<24} {figure}")


@app.command()
def step(
    records: Stepped = 200_000,
    sources: Sources = 5000,
    places: Places = 200,
    batch: Annotated[int, typer.Option(min=1, max=50_000, help="records a batch")] = 4000,
    profiled: Annotated[int, typer.Option("--profile", min=0, help="functions to list")] = 0,
    as_json: Json = False,
) -> None:
    """The pure core alone, without a broker: where the microseconds go."""
    from streams.bench.load import Load
    from streams.bench.step import Bench, measure, profile

    bench = Bench(Load(sources=sources, places=places), records, batch)
    if profiled:
        terminal.say(profile(bench, profiled))
        return
    report = asdict(measure(bench))
    if as_json:
        typer.echo(json.dumps(report))
        return
    for name, figure in report.items():
        terminal.say(f"{name:<24} {figure}")


@app.command()
def peers(
    records: Annotated[
        int,
        typer.Option(
            min=50_000, max=20_000_000, help="records of the topic; a slow engine reads fewer"
        ),
    ] = 2_000_000,
    runs: Annotated[int, typer.Option(min=1, max=20, help="rounds; engines take turns")] = 3,
    engines: Annotated[
        str, typer.Option(help="which, separated by commas; one that cannot be had is an error")
    ] = "",
    rest: Annotated[float, typer.Option(min=0, max=600, help="seconds between rounds")] = 0.0,
    save: Annotated[bool, typer.Option("--save", help="keep it in benchmarks/results")] = False,
    as_json: Json = False,
) -> None:
    """The same work on Faust, Kafka Streams, Quix Streams and bytewax, over the same topic.

    Every engine decodes and checks the records and keeps an aggregate of each place; one that comes
    to another result is an error. Peers are installed into environments of their own in the cache.
    """
    from streams.bench.load import Load
    from streams.bench.peers.compare import Plan, compare
    from streams.bench.peers.engines import chosen
    from streams.bench.peers.report import rows, table
    from streams.bench.peers.result import save as keep

    plan = Plan(engines=chosen(engines), records=records, rounds=runs, rest_seconds=rest)
    comparison = compare(plan, Load(), terminal.note)
    if save:
        terminal.note(f"kept in {keep(comparison, _command(), datetime.now(UTC).date())}")
    if as_json:
        left_out = dict(comparison.left_out)
        typer.echo(json.dumps({"rows": rows(comparison), "left_out": left_out}, ensure_ascii=False))
    else:
        for line in table(comparison):
            terminal.say(line)
    if comparison.left_out and (engines or not comparison.rows):
        raise typer.Exit(1)


@app.command()
def plot(
    result: Annotated[
        Path | None, typer.Argument(help="default: the newest of benchmarks/results", exists=True)
    ] = None,
    picture: Annotated[Path, typer.Option("--out", help="SVG to write")] = Path("peers.svg"),
) -> None:
    """Bars of a comparison that `hubwatch bench peers --save` kept."""
    from streams.bench.peers.plot import bars
    from streams.bench.peers.result import newest

    found = result or newest()
    if found is None:
        raise typer.BadParameter("nothing was kept so far: hubwatch bench peers --save")
    picture.write_text(bars(json.loads(found.read_text(encoding="utf-8"))), encoding="utf-8")
    terminal.say(str(picture))


def _command() -> str:
    """As it was typed, without where the program lies."""
    return shlex.join(["hubwatch", *sys.argv[1:]])


@app.command()
def scaling(
    most_sources: Annotated[
        int, typer.Option(min=1000, max=1_000_000, help="the last point of that axis")
    ] = 1_000_000,
    as_json: Json = False,
) -> None:
    """How the step's cost grows: up to 1,000,000 sources, 1,000 rules, 64 partitions.

    Each point runs in a process of its own, without a broker.
    """
    from streams.bench.scaling import points
    from streams.bench.scaling import scaling as measured

    rows = []
    for point, cost in measured(points(most_sources)):
        rows.append({**asdict(point), **asdict(cost)})
        terminal.note(
            f"{getattr(point, point.axis):>9,} {point.axis:<10}"
            f" {cost.cpu_us_per_event:>7} CPU µs an event"
            f" {cost.state_bytes_a_source:>8,} bytes of state a source"
        )
    if as_json:
        typer.echo(json.dumps({"rows": rows}))


@app.command()
def ospbench(
    passes: Annotated[int, typer.Option(min=1, max=100, help="over the whole recording")] = 5,
    as_json: Json = False,
) -> None:
    """The stages of the Open Stream Processing Benchmark on its own road recording, one thread.

    CPU µs a record up to and with each stage. The recording is found as for `hubwatch replay`.
    """
    from connectors.replay.recording import open_recording
    from streams.bench.ospbench import lines_of, measure

    lines = lines_of(open_recording("road-ndw").path)
    stages = measure(lines, passes)
    if as_json:
        typer.echo(json.dumps({"records": len(lines), "cpu_us_per_record": stages}))
        return
    for stage, spent in stages.items():
        terminal.say(f"{stage:<12} {spent:>7.3f} CPU µs a record")


@app.command()
def theodolite(
    records: Annotated[int, typer.Option(min=50_000, max=5_000_000, help="to measure")] = 300_000,
    sources: Sources = 5000,
    places: Places = 200,
    as_json: Json = False,
) -> None:
    """Theodolite's use cases 2, downsampling, and 4, hierarchical aggregation; one thread.

    CPU µs a record, with its decoding.
    """
    from streams.bench.load import Load
    from streams.bench.theodolite import measure

    spent = measure(Load(sources=sources, places=places), records)
    if as_json:
        typer.echo(json.dumps({"records": records, "cpu_us_per_record": spent}))
        return
    for case, cost in spent.items():
        terminal.say(f"{case:<28} {cost:>7.3f} CPU µs a record")
