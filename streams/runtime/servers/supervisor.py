"""Keeps a set of servers running: starts them in order, restarts what dies, stops all.

One thread starts, watches and stops every child; callers only ask and wait. What happens to one
server is a walk through these states:

    waiting ──► starting ──► healthy ◄──► unhealthy
       ▲            │            │            │
       └─ restart ──┴─── down ◄──┴────────────┘        stop: any ──► stopped
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from streams.runtime.servers.errors import ServerError, StartError
from streams.runtime.servers.server import HEALTHY, Server
from streams.runtime.servers.spec import ServerSpec

TICK_SECONDS = 0.1
PROBE_EVERY_SECONDS = 5.0
RESET_AFTER_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Status:
    """What is known of one server; `reason` is 'healthy' or why it is not.

    `went_down` counts how often it did, since a look now and then may miss it; `last_words` is why
    it did the last time.
    """

    reason: str
    pid: int | None
    restarts: int
    went_down: int = 0
    last_words: str = ""

    @property
    def healthy(self) -> bool:
        """Running and answering."""
        return self.reason == HEALTHY


@dataclass(slots=True)
class _Member:
    """A server with its place in the walk; times are of the monotonic clock."""

    server: Server
    reason: str = "waiting"
    running: bool = False
    ready_once: bool = False
    restarts: int = 0
    went_down: int = 0
    last_words: str = ""
    answered_at: float = 0.0
    delay_seconds: float = 0.0
    launch_at: float = 0.0
    launched_at: float = 0.0
    probe_at: float = 0.0
    told_to_stop_at: float = 0.0
    failure: ServerError | None = None
    retired: bool = False

    @property
    def spec(self) -> ServerSpec:
        return self.server.spec


class Supervisor:
    """Runs servers until `stop`; also a context manager, so that an error stops them too."""

    def __init__(self, specs: Iterable[ServerSpec] = (), *, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._members: dict[str, _Member] = {}
        self._changed = threading.Condition()
        self._stopping = False
        self._hurry = False
        self._finished = threading.Event()
        self._thread: threading.Thread | None = None
        self.add(*specs)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def add(self, *specs: ServerSpec) -> None:
        """Takes in more servers; they start as soon as what they need is healthy."""
        with self._changed:
            for spec in specs:
                if spec.name in self._members:
                    raise ServerError(f"two servers are called {spec.name}")
                unknown = [need for need in spec.needs if need not in self._members]
                if unknown:
                    raise ServerError(f"{spec.name} needs {', '.join(unknown)}, added before it")
                self._members[spec.name] = _Member(Server(spec, self._data_dir))
            self._changed.notify_all()

    def start(self) -> Self:
        """Starts what was added and waits until each required server is healthy.

        When one cannot start, stops all and raises its ServerError.
        """
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)
            self._thread.start()
        try:
            self.wait_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def wait_ready(self, *names: str) -> None:
        """Waits until the named servers (default: all required ones) are healthy.

        Raises the ServerError of the first of them whose first start failed.
        """
        with self._changed:
            chosen = [self._members[name] for name in names] or [
                member for member in self._members.values() if member.spec.required
            ]
            while not all(member.reason == HEALTHY for member in chosen):
                failed = next((member.failure for member in chosen if member.failure), None)
                if failed:
                    raise failed
                if self._stopping:
                    raise ServerError("stopped before the servers were ready")
                self._changed.wait(TICK_SECONDS)

    def status(self) -> dict[str, Status]:
        """Every server in the order in which they were added."""
        with self._changed:
            return {
                name: Status(
                    member.reason,
                    member.server.pid,
                    member.restarts,
                    member.went_down,
                    member.last_words,
                )
                for name, member in self._members.items()
            }

    def health(self) -> dict[str, str]:
        """'healthy' or the reason, by name."""
        return {name: status.reason for name, status in self.status().items()}

    def retire(self, name: str) -> None:
        """Stops one server for good, while the others go on; returns when it has ended."""
        with self._changed:
            member = self._members[name]
            member.retired = True
            while member.running and not self._stopping:
                self._changed.wait(TICK_SECONDS)

    def stop(self) -> None:
        """Stops all, each after those that need it; returns when no process is left.

        Ctrl-C while it waits kills what is still running.
        """
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        while self._thread and not self._finished.is_set():  # an interrupted join() lies in 3.11
            try:
                self._finished.wait()
            except KeyboardInterrupt:
                self._hurry = True

    def _run(self) -> None:
        """The one thread that touches children."""
        try:
            while not self._stopping:
                for member in tuple(self._members.values()):
                    self._advance(member, time.monotonic())
                with self._changed:
                    self._changed.notify_all()
                    if not self._stopping:
                        self._changed.wait(TICK_SECONDS)
        finally:
            self._stopping = True
            try:
                self._stop_all()
            finally:
                self._finished.set()

    def _advance(self, member: _Member, now: float) -> None:
        """One step of one server."""
        if member.retired:
            if member.running:
                self._stop_step(member, now)
            return
        if not member.running:
            needs = (self._members[need].reason == HEALTHY for need in member.spec.needs)
            if now >= member.launch_at and all(needs):
                self._launch(member)
            return
        ended = member.server.exit_reason()
        if ended:
            self._went_down(member, member.server.start_error(ended), ended)
        elif now >= member.probe_at:
            self._probe(member)

    def _launch(self, member: _Member) -> None:
        """Starts the child; what stops it from starting is a reason and a cause to try again."""
        member.restarts += member.launched_at > 0
        member.launched_at = time.monotonic()
        try:
            member.server.launch()
        except ServerError as error:
            self._went_down(member, error, str(error))
        except OSError as error:
            self._went_down(member, StartError(f"{member.spec.name}: {error}"), str(error))
        else:
            member.running = True
            member.reason = "starting"
            member.probe_at = 0.0

    def _probe(self, member: _Member) -> None:
        """Asks it; impatience ends in a restart, with one that starts and with one that hangs."""
        reason = member.spec.ready()
        now = time.monotonic()
        starting = member.reason == "starting"
        if reason is None:
            member.reason, member.ready_once, member.failure = HEALTHY, True, None
            member.probe_at = now + PROBE_EVERY_SECONDS
            member.answered_at = now
            if now - member.launched_at > RESET_AFTER_SECONDS:
                member.delay_seconds = 0.0
        elif not starting and now - member.answered_at > member.spec.hung_after_seconds:
            member.server.collect()  # it would not hear a polite request
            told = f"hung: no answer for {now - member.answered_at:.0f} s; killed"
            self._went_down(member, member.server.start_error(told), told)
        elif not starting:
            member.reason = reason
            member.probe_at = now + PROBE_EVERY_SECONDS
        elif now - member.launched_at > member.spec.start_timeout_seconds:
            self._went_down(member, member.server.start_error(reason), f"not ready: {reason}")

    def _went_down(self, member: _Member, error: ServerError, reason: str) -> None:
        """Clears up after a child and plans its restart."""
        if member.running:
            member.server.stop()
        member.running = False
        member.reason = member.last_words = reason
        member.went_down += 1
        if not member.ready_once:
            member.failure = error
        member.delay_seconds = min(
            max(2 * member.delay_seconds, member.spec.restart_first_seconds),
            member.spec.restart_longest_seconds,
        )
        member.launch_at = time.monotonic() + member.delay_seconds

    def _stop_all(self) -> None:
        """Tells each to stop once nothing that needs it runs; kills those that take too long."""
        while running := [member for member in self._members.values() if member.running]:
            needed = {need for member in running for need in member.spec.needs}
            for member in running:
                if member.spec.name not in needed:
                    self._stop_step(member, time.monotonic())
            time.sleep(TICK_SECONDS / 2)

    def _stop_step(self, member: _Member, now: float) -> None:
        if not member.told_to_stop_at:
            member.server.terminate()
            member.told_to_stop_at = now
            member.reason = "stopping"
        late = now - member.told_to_stop_at > member.spec.stop_timeout_seconds
        if late or self._hurry or member.server.exit_reason():
            member.server.collect()
            member.running = False
            member.reason = "stopped"
