"""A play of the simulator: which clock it goes by, how long, and what it has published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from math import inf
from typing import Any

from connectors.publisher import Stored, Unpaced
from streams.cli.errors import SpanError, SpeedError
from streams.cli.play import Play
from streams.cli.schedule import speed_of
from streams.cli.site_clock import running_clock
from streams.cli.text import local_time
from streams.domains import catalogue
from streams.rules.load import load_rules
from streams.runtime.clock import SiteClock, note_time, start_simulated
from streams.runtime.settings import Settings
from streams.simulator.ordinary import load_ordinary
from streams.simulator.scenario import Scenario
from streams.simulator.simulation import Simulation
from streams.simulator.truth import truth
from streams.site.model import Site


@dataclass(frozen=True, slots=True)
class Simulated:
    """`end_ms` None: without end. `clock` None: as fast as the broker takes it. `leading`: the
    site's clock is this play's own, and it must keep its file."""

    settings: Settings
    site: Site
    simulation: Simulation
    end_ms: int | None
    clock: SiteClock | None
    leading: bool

    @classmethod
    def prepare(
        cls,
        settings: Settings,
        site: Site,
        plan: Scenario,
        *,
        seed: int,
        speed: str,
        duration_ms: int | None,
    ) -> Simulated:
        """Finds the simulated clock that runs, or starts one where the last one stopped.

        Raises SpeedError for a speed that cannot be.
        """
        running = running_clock(settings)
        clock: SiteClock | None = running
        if running.simulated and speed:
            raise SpeedError(
                f"a simulated clock runs at {running.speed:g}",
                hint="leave --speed away, or stop what runs",
            )
        if not running.simulated:
            clock = _started(settings, plan, speed_of(speed) if speed else plan.speed)
        start_ms = max(plan.start_ms, clock.now_ms()) if clock else plan.start_ms
        ordinary = load_ordinary(settings.site_dir)
        simulation = Simulation(site, ordinary, plan, seed=seed, start_ms=start_ms)
        ends = [plan.end_ms, duration_ms and start_ms + duration_ms]
        end_ms = min((end for end in ends if end is not None), default=None)
        return cls(settings, site, simulation, end_ms, clock, leading=not running.simulated)

    def truth(self) -> bytes:
        """The ground truth as JSON. Raises SpanError for a play without end."""
        if self.end_ms is None:
            raise SpanError(
                f"{self.simulation.scenario.key} has no end", hint="say how long with --duration"
            )
        path = self.settings.site_dir / "rules.yaml"
        rules = load_rules(path, self.site, catalogue()).rules
        return truth(self.simulation, rules, self.end_ms).json()

    def play(self, stored: Stored | None = None) -> Play:
        """Publishes until the end or Ctrl-C; `stored` is told of each record."""
        emissions = self.simulation.emissions()
        end_ms = self.end_ms
        if end_ms is not None:
            emissions = takewhile(lambda emission: emission.at_ms < end_ms, emissions)
        play = self._play(stored)
        play.run(emissions)
        return play

    def _play(self, stored: Stored | None) -> Play:
        if self.clock is None:
            return Play(self.settings, Unpaced(), stored=stored)
        if not self.leading:
            return Play(self.settings, self.clock, stored=stored)
        note = partial(note_time, self.settings.clock_file, self.clock)
        return Play(self.settings, self.clock, note, stored)

    def account(self, play: Play) -> dict[str, Any]:
        """What was published, by feed."""
        return {
            "scenario": self.simulation.scenario.key,
            "seed": self.simulation.seed,
            "start_ms": self.simulation.start_ms,
            "end_ms": self.end_ms,
            "position_ms": play.count.position_ms,
            "published": play.count.records,
            "by_feed": dict(sorted(play.count.by_feed.items())),
        }

    def lines(self, play: Play) -> Iterator[str]:
        """The same as text."""
        zone = self.site.timezone
        until_ms = play.count.position_ms or self.simulation.start_ms
        yield (
            f"{self.simulation.scenario.key}, seed {self.simulation.seed}:"
            f" {local_time(self.simulation.start_ms, zone)} – {local_time(until_ms, zone)}"
        )
        for feed, records in sorted(play.count.by_feed.items()):
            yield f"{records:>10,}  {feed}"
        yield f"{play.count.records:>10,}  已发布 records stored by the broker"


def _started(settings: Settings, plan: Scenario, speed: float) -> SiteClock | None:
    if speed == inf:
        return None
    return start_simulated(settings.clock_file, origin_ms=plan.start_ms, speed=speed)
