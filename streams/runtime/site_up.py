"""A site called up on this machine: everything started, watched, accounted for, stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import inf

from streams.runtime.checklist import Checklist, Tick
from streams.runtime.clock import SiteClock, note_time, start_simulated
from streams.runtime.observation import Observation, Observer
from streams.runtime.servers import Status, Supervisor, http_ok, require_ports, sole_owner
from streams.runtime.settings import Settings
from streams.runtime.stack import embedded_broker, links, optional, processes
from streams.runtime.topics import create_topics, topics
from streams.runtime.troubles import Troubles
from streams.simulator.scenario import Scenario
from streams.site.model import Site

LOOK_SECONDS = 1.0
BEGIN_SECONDS = 60.0
"""after the start of the processes, a simulated world begins, whoever is not there to see it"""
PATIENCE_SECONDS = 20.0
"""how long to wait for the rest when nothing moves any more"""
COMING = frozenset({"waiting", "starting"})
MAY_LACK = {"simulator": frozenset[str](), "replay": frozenset({"first_alert"})}
"""by who feeds: a recording may contain nothing to be alarmed at"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went: the checklist, the last look, and what runs as of the end."""

    checklist: Checklist
    seen: Observation
    processes: dict[str, Status]
    links: dict[str, str]


@dataclass(kw_only=True)
class SiteUp:
    """One run. `plan` is the scenario the simulator plays; None: a recording is replayed, on the
    wall clock unless a speed is given. `seconds` of feeding, counted from when it can begin, so
    starting and stopping come on top; None: until Ctrl-C. `tell` gets the lines for whoever
    watches.
    """

    settings: Settings
    site: Site
    plan: Scenario | None
    speed: float | None
    seconds: float | None
    tell: Callable[[str], None]
    checklist: Checklist = field(init=False)
    _troubles: Troubles = field(init=False)
    _started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.checklist = Checklist(MAY_LACK[self.feeding])
        self._troubles = Troubles(self.settings.data_dir / "logs")

    @property
    def feeding(self) -> str:
        """The process that publishes."""
        return "simulator" if self.plan else "replay"

    @property
    def simulated(self) -> bool:
        """The site's clock is not that on the wall."""
        return self.plan is not None or self.speed is not None

    def run(self) -> Outcome:
        """Raises ServerError when the data folder or a port is in use, or the broker cannot start;
        nothing is left running."""
        with sole_owner(self.settings.data_dir):
            return self._run()

    def _run(self) -> Outcome:
        ours = processes(self.settings, feeding=self.feeding)
        tools, missing = optional(self.settings, feeding=self.feeding)
        for line in missing:
            self.tell(f"  未安装 missing  {line}")
        require_ports(*ours, *tools)
        broker = embedded_broker(self.settings, report=self.tell)
        with Supervisor([broker], data_dir=self.settings.data_dir) as supervisor:
            self._tick(self.checklist.make("broker_ready"))
            self._create_topics()
            self._tick(self.checklist.make("topics"))
            clock = self._start_clock()
            with Observer(self.settings, self.site, supervisor.status, clock.now_ms()) as observer:
                supervisor.add(*ours, *tools)
                seen = self._watch(clock, supervisor, observer)
                status = supervisor.status()
                found = self._links(status)
            note_time(self.settings.clock_file, clock)
        return Outcome(self.checklist, seen, status, found)

    def _create_topics(self) -> None:
        settings = self.settings
        wanted = topics(self.site, settings.partitions, simulated_clock=self.simulated)
        create_topics(settings.bootstrap_servers, wanted, settings.replication)

    def _start_clock(self) -> SiteClock:
        if not self.simulated:
            return SiteClock()
        plan = self.plan
        return start_simulated(
            self.settings.clock_file,
            origin_ms=plan.start_ms if plan else SiteClock().now_ms(),
            speed=self.speed or (plan.speed if plan else 1.0),
            wall_seconds=self.seconds,
            end_ms=plan.end_ms if plan else None,
            begun=False,
        )

    def _begin(self, clock: SiteClock, status: Mapping[str, Status], patient_until: float) -> bool:
        """Whether time passes. It begins when the processes are there: what a simulated world does
        before would come to them as a backlog, and every alert of it late."""
        if not clock.begun:
            if time.monotonic() < patient_until and not self._all_there(status):
                return False
            clock.begin()
        return True

    def _all_there(self, status: Mapping[str, Status]) -> bool:
        names = ("worker", "hub", "gateway", self.feeding)
        worker_ready = http_ok(self.settings.worker_port, "/health/ready")
        return all(status[name].healthy for name in names) and worker_ready() is None

    def _watch(self, clock: SiteClock, supervisor: Supervisor, observer: Observer) -> Observation:
        """Looks about once a second until the time is over or Ctrl-C; returns the last look."""
        patient_until = time.monotonic() + BEGIN_SECONDS
        deadline: float | None = None
        announced = False
        seen = Observation()
        try:
            while deadline is None or time.monotonic() < deadline:
                status = supervisor.status()
                if deadline is None and self._begin(clock, status, patient_until):
                    deadline = time.monotonic() + (inf if self.seconds is None else self.seconds)
                note_time(self.settings.clock_file, clock)
                self._tell_all(self._troubles.of_processes(status))
                if not announced and not any(each.reason in COMING for each in status.values()):
                    announced = True
                    self._announce(status)
                seen = self._take(observer.look())
                time.sleep(LOOK_SECONDS)
            self.tell(f"  {self.seconds:g} s 已到 are over, finishing what was fed")
            return self._settle(clock, supervisor, observer)
        except KeyboardInterrupt:
            self.tell("\n停止 stopping")
            return seen

    def _settle(self, clock: SiteClock, supervisor: Supervisor, observer: Observer) -> Observation:
        """Ends the feeding, and waits until everything it sent is accounted for."""
        supervisor.retire(self.feeding)
        ended_ms = clock.now_ms()
        seen = self._take(observer.look())
        progress, patient_until = seen.progress, time.monotonic() + PATIENCE_SECONDS
        while not seen.settled(ended_ms) and time.monotonic() < patient_until:
            time.sleep(LOOK_SECONDS / 2)
            seen = self._take(observer.look())
            if seen.progress != progress:
                progress, patient_until = seen.progress, time.monotonic() + PATIENCE_SECONDS
        return seen

    def _take(self, seen: Observation) -> Observation:
        for tick in self.checklist.take(seen):
            self._tick(tick)
        self._tell_all(self._troubles.of_platform(seen))
        return seen

    def _tell_all(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.tell(line)

    def _tick(self, tick: Tick) -> None:
        self.tell(f"  ✓ {tick.zh} {tick.en}  {time.monotonic() - self._started:.1f} s")

    def _links(self, status: Mapping[str, Status]) -> dict[str, str]:
        return links(
            self.settings, frozenset(name for name, each in status.items() if each.healthy)
        )

    def _announce(self, status: Mapping[str, Status]) -> None:
        self.tell("")
        for name, link in self._links(status).items():
            self.tell(f"  {name:<13} {link}")
        self.tell(
            "\n  Ctrl-C 停止 stops everything; a second start goes on where this one stopped\n"
        )
