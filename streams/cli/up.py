"""`hubwatch up`: everything on this machine, watched until it is stopped."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any

import typer

from streams.runtime.checklist import Checklist, Tick
from streams.runtime.clock import SiteClock, note_time, start_simulated
from streams.runtime.observation import Observation, Observer
from streams.runtime.servers import Supervisor
from streams.runtime.servers.signals import sigterm_interrupts
from streams.runtime.settings import Settings
from streams.runtime.stack import embedded_broker, links, optional, processes
from streams.runtime.topics import create_topics, topics
from streams.simulator.scenario import Scenario, load_scenario
from streams.site import load_site
from streams.site.model import Site

LOOK_SECONDS = 1.0
SETTLE_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One call of `up`: what feeds the site, for how long, and how it reports."""

    settings: Settings
    site: Site
    plan: Scenario | None
    """the scenario the simulator plays; None: a recording is replayed, on the wall clock"""
    speed: float | None
    feeding: str
    seconds: float | None
    as_json: bool
    started: float = field(default_factory=time.monotonic)

    def say(self, line: str) -> None:
        if not self.as_json:
            typer.echo(line)


def up(
    *,
    seconds: float | None,
    as_json: bool,
    scenario: str,
    speed: float | None,
    seed: int,
    recording: str | None,
) -> int:
    """Starts, watches, stops; returns the exit status: 0 only when every tick was made."""
    name = recording or scenario
    base = Settings.load()
    settings = Settings.load(
        **base.model_dump(exclude={"data_dir", "scenario", "seed", "recording"}),
        data_dir=base.data_dir / name,
        scenario=scenario,
        seed=seed,
        recording=recording,
    )
    site = load_site(settings.site_dir, settings.standards_dir)
    run = Run(
        settings=settings,
        site=site,
        plan=None if recording else load_scenario(settings.site_dir, scenario, site),
        speed=speed,
        feeding="replay" if recording else "simulator",
        seconds=seconds,
        as_json=as_json,
    )
    with sigterm_interrupts():
        return _run(run)


def _start_clock(run: Run) -> SiteClock:
    if run.plan is None:
        return SiteClock()
    return start_simulated(
        run.settings.clock_file,
        origin_ms=run.plan.start_ms,
        speed=run.speed or run.plan.speed,
        wall_seconds=run.seconds,
        end_ms=run.plan.end_ms,
    )


def _run(run: Run) -> int:
    checklist = Checklist()
    tools, missing = optional(run.settings, feeding=run.feeding)
    for line in missing:
        run.say(f"  未安装 missing  {line}")
    with Supervisor([embedded_broker(run.settings)], data_dir=run.settings.data_dir) as supervisor:
        _ticked(run, checklist.make("broker_ready"))
        wanted = topics(
            run.site, run.settings.partitions, simulated_clock=run.feeding == "simulator"
        )
        create_topics(run.settings.bootstrap_servers, wanted, run.settings.replication)
        _ticked(run, checklist.make("topics"))
        clock = _start_clock(run)
        supervisor.add(*processes(run.settings, feeding=run.feeding), *tools)
        observer = Observer(
            run.settings, run.site, prometheus=any(tool.name == "prometheus" for tool in tools)
        )
        try:
            seen = _watch(run, clock, supervisor, observer, checklist)
        finally:
            note_time(run.settings.clock_file, clock)
            health = supervisor.health()
            observer.close()
    return _report(run, checklist, seen, health)


def _watch(
    run: Run,
    clock: SiteClock,
    supervisor: Supervisor,
    observer: Observer,
    checklist: Checklist,
) -> Observation:
    """Looks about once a second until the time is over or Ctrl-C; returns the last look."""
    deadline = time.monotonic() + run.seconds if run.seconds is not None else float("inf")
    complained: set[str] = set()
    announced = False
    seen = Observation()
    try:
        while time.monotonic() < deadline:
            supervisor.wait_ready("broker")
            note_time(run.settings.clock_file, clock)
            _complain(run, supervisor.health(), complained)
            seen = observer.look()
            for tick in checklist.take(seen):
                _ticked(run, tick)
            if checklist.complete and not announced:
                announced = True
                _announce(run, supervisor.health())
            time.sleep(LOOK_SECONDS)
    except KeyboardInterrupt:
        run.say("\n停止 stopping")
    else:
        seen = _settled(run, clock, supervisor, observer)
        for tick in checklist.take(seen):
            _ticked(run, tick)
    return seen


def _settled(run: Run, clock: SiteClock, supervisor: Supervisor, observer: Observer) -> Observation:
    """Ends the feeding, and waits until everything it sent is accounted for."""
    supervisor.retire(run.feeding)
    ended_ms = clock.now_ms()
    deadline = time.monotonic() + SETTLE_SECONDS
    seen = observer.look()
    while not seen.settled(ended_ms) and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS / 2)
        seen = observer.look()
    return seen


def _ticked(run: Run, tick: Tick) -> None:
    run.say(f"  ✓ {tick.zh} {tick.en}  {time.monotonic() - run.started:.1f} s")


def _complain(run: Run, health: dict[str, str], complained: set[str]) -> None:
    """Once when a process goes away, once when it returns."""
    for name, reason in health.items():
        if reason == "healthy" and name in complained:
            complained.discard(name)
            run.say(f"  ✓ {name} 恢复 is back")
        elif reason not in {"healthy", "waiting", "starting"} and name not in complained:
            complained.add(name)
            log_file = run.settings.data_dir / "logs" / f"{name}.log"
            run.say(f"  ✗ {name}: {reason} → {log_file}")


def _announce(run: Run, health: dict[str, str]) -> None:
    running = frozenset(name for name, reason in health.items() if reason == "healthy")
    run.say("")
    for name, link in links(run.settings, running).items():
        run.say(f"  {name:<13} {link}")
    run.say("\n  Ctrl-C 停止 stops everything; a second start goes on where this one stopped\n")


def _report(run: Run, checklist: Checklist, seen: Observation, health: dict[str, str]) -> int:
    if run.as_json:
        typer.echo(json.dumps(_summary(run, checklist, seen, health), ensure_ascii=False))
    elif not checklist.complete:
        lacking = [key for key, made in checklist.made.items() if not made]
        typer.echo(f"  ✗ 未完成 not reached: {', '.join(lacking)}", err=True)
    return 0 if checklist.complete else 1


def _summary(
    run: Run, checklist: Checklist, seen: Observation, health: dict[str, str]
) -> dict[str, Any]:
    running = frozenset(name for name, reason in health.items() if reason == "healthy")
    return {
        "checklist": checklist.made,
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
        "state": {status: seen.states[status] for status in ("ok", "suspect", "unknown")},
        "processes": health,
        "links": links(run.settings, running),
    }
