"""Broker, town, workers and load of one fault, and the proof at its end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from streams.runtime import failpoints, watchdog
from streams.runtime.refusal import FencedError
from streams.runtime.servers import Broker
from streams.runtime.servers.ports import free_ports
from streams.runtime.settings import Settings
from streams.runtime.topics import create_topics, topics
from streams.site import load_site
from streams.site.model import Site
from streams.verify.reading import Reading
from tests.faults.load import Load, Sensors
from tests.faults.progress import Progress
from tests.faults.town import CADENCE_SECONDS

PARTITIONS = 4
DEADLINE_SECONDS = 120.0
"""after any fault, every partition goes on within this time, however slow the machine is"""
STOP_SECONDS = 60.0
FENCED_STATUSES = frozenset({1, watchdog.STATUS})
"""of one that was shut out: by its error, or by force where it could not end by itself"""
FENCED_AT_MOST = 5
"""so often one may be shut out before it comes to its failpoint"""
ABORTING = {"PYTHONFAULTHANDLER": "1"}
MARKS = [
    pytest.mark.servers,
    # kafka-python forgets to close the sockets of a broker that went away
    pytest.mark.filterwarnings("ignore:.*socket.socket:pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore:unclosed.*socket:ResourceWarning"),
]
"""of every test of the catalogue"""
WORKER = ("-m", "streams.cli", "run", "worker")


@dataclass
class Worker:
    """A worker process, which is started again when it ends by itself, as a supervisor would.

    In a rebalance two may take over the same partition at once: the broker shuts one out, which
    ends and starts anew as it is meant to. Such an end says nothing of what else is tested.
    """

    name: str
    start: Callable[[Mapping[str, str]], subprocess.Popen[bytes]]
    log_path: Path
    port: int
    process: subprocess.Popen[bytes] = field(init=False)
    ended: list[int] = field(default_factory=list)
    """exit statuses of those that ended by themselves, without those that were shut out"""
    fenced: int = 0
    """how often one was shut out"""
    environment: dict[str, str] = field(default_factory=dict)
    """what the present one was launched with, beside what all have"""
    _log_from: int = 0
    """where the log of the present one begins"""

    def launch(self, **environment: str) -> None:
        self.environment = environment
        self._log_from = self.log_path.stat().st_size if self.log_path.exists() else 0
        self.process = self.start(environment)

    def tend(self) -> None:
        """Starts it again when it has ended; one that was shut out with what it was launched with,
        since it may not have come to that yet."""
        status = self.process.poll()
        if status is None:
            return
        if status in FENCED_STATUSES and FencedError.code.encode() in self.said():
            self.fenced += 1
            self.launch(**self.environment)
        else:
            self.ended.append(status)
            self.launch()

    @property
    def restarts(self) -> int:
        """How often it was started again because it had ended by itself, for whatever reason."""
        return len(self.ended) + self.fenced

    def said(self) -> bytes:
        """The log of the present one."""
        return self.log_path.read_bytes()[self._log_from :]

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> float:
        """Asks it to end; returns after how many seconds it did."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGABRT)  # says in its log where it stands
                self.process.wait()
                said = self.log_path.read_text()[-6000:]
                raise AssertionError(f"{self.name} did not end: {said}") from None
        return time.monotonic() - began


class Rig:
    """Everything of one test; `close` ends all of it, whatever state it is in."""

    def __init__(
        self,
        broker: Broker,
        folder: Path,
        town: Path,
        sensors: Sensors,
        tell: Callable[[str], None],
        *,
        worker_bootstrap: str = "",
    ) -> None:
        self.tell = tell
        self.broker = broker
        self.folder = folder
        self.ledger = folder / "ledger.jsonl"
        self.workers: list[Worker] = []
        self._numbers = count()
        self.settings = Settings(
            bootstrap_servers=broker.bootstrap_servers,
            partitions=PARTITIONS,
            site_dir=town,
            data_dir=folder,
            snapshot_seconds=0.5,
        )
        self.worker_bootstrap = worker_bootstrap or broker.bootstrap_servers
        self.site: Site = load_site(town, self.settings.standards_dir)
        self.inboxes = [d.inbox for d in self.site.departments.values()]
        create_topics(
            broker.bootstrap_servers,
            topics(self.site, PARTITIONS, simulated_clock=False),
            replication=1,
        )
        self.load = Load(broker.bootstrap_servers, PARTITIONS, sensors, self.ledger)
        self.progress = Progress(broker.bootstrap_servers, PARTITIONS)

    # -- workers ---------------------------------------------------------------------------

    def add_worker(self, program: tuple[str, ...] = WORKER, **environment: str) -> Worker:
        number = next(self._numbers)
        (port,) = free_ports(1)
        folder = self.folder / f"worker-{number}"
        folder.mkdir()
        log_path = folder / "worker.log"

        def start(more: Mapping[str, str]) -> subprocess.Popen[bytes]:
            with log_path.open("ab") as log:
                return subprocess.Popen(
                    [sys.executable, *program],
                    env={**os.environ, **ABORTING, **self._environment(folder, port), **more},
                    stdout=log,
                    stderr=log,
                )

        worker = Worker(f"worker-{number}", start, log_path, port)
        worker.launch(**environment)
        self.workers.append(worker)
        return worker

    def _environment(self, folder: Path, port: int) -> dict[str, str]:
        values = {
            "bootstrap_servers": self.worker_bootstrap,
            "partitions": PARTITIONS,
            "site_dir": self.settings.site_dir,
            "data_dir": folder,
            "worker_port": port,
            "snapshot_seconds": self.settings.snapshot_seconds,
        }
        return {f"HUBWATCH_{name.upper()}": str(value) for name, value in values.items()}

    def tend(self) -> None:
        for worker in self.workers:
            worker.tend()

    def lead_to(self, victim: Worker, failpoint: str, met: Callable[[], bool]) -> None:
        """Starts it anew with a failpoint, and waits until it has met it. Ends in between are those
        of one that was shut out, and of the failpoint itself."""
        victim.stop()
        ended, fenced = len(victim.ended), victim.fenced
        victim.launch(**{failpoints.VARIABLE: failpoint})

        def there() -> bool:
            statuses = {*victim.ended[ended:]} - {failpoints.STATUS}
            said = f"{victim.name} did not come to {failpoint}"
            assert not statuses, f"{said}: ended with {statuses}\n{self.last_words()}"
            assert victim.fenced <= fenced + FENCED_AT_MOST, f"{said}: shut out again and again"
            return met()

        self.until(there, DEADLINE_SECONDS, f"{victim.name} to come to {failpoint}")
        victim.environment.clear()

    def endings(self) -> str:
        """Of the workers that ended by themselves."""
        ended = [
            f"{worker.name} {worker.ended}, shut out {worker.fenced} times"
            for worker in self.workers
            if worker.restarts
        ]
        return f"workers that ended by themselves: {'; '.join(ended) or 'none'}"

    # -- the broker ------------------------------------------------------------------------

    def freeze_broker(self) -> None:
        assert self.broker.pid
        os.killpg(self.broker.pid, signal.SIGSTOP)

    def wake_broker(self) -> None:
        assert self.broker.pid
        os.killpg(self.broker.pid, signal.SIGCONT)

    # -- waiting ---------------------------------------------------------------------------

    def ends(self) -> dict[tuple[str, int], int]:
        return Reading(self.broker.bootstrap_servers, PARTITIONS).ends(self.inboxes)

    def until(self, done: Callable[[], object], seconds: float, what: str) -> float:
        """Waits for it, tending the workers; returns how long it took."""
        began = time.monotonic()
        while not done():
            waited = time.monotonic() - began
            assert waited < seconds, f"waited {waited:.1f} s for {what}\n{self.last_words()}"
            self.tend()
            time.sleep(0.05)
        return time.monotonic() - began

    def pause(self, seconds: float) -> None:
        """Lets it run for a while, tending the workers."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.tend()
            time.sleep(0.05)

    def await_new_progress(self, what: str, *, seconds: float = DEADLINE_SECONDS) -> float:
        """The same of records that are yet to come: nothing that was done before counts."""
        began = time.monotonic()
        self.pause(1.1 * CADENCE_SECONDS)
        self.await_progress(what, seconds=seconds)
        return time.monotonic() - began

    def await_progress(self, what: str, *, seconds: float = DEADLINE_SECONDS) -> float:
        """Until everything that is stored now is in the durable state of every partition."""
        ends = self.ends()
        return self.until(lambda: self.progress.contains(ends), seconds, f"progress {what}")

    def last_words(self) -> str:
        return "\n".join(
            f"{worker.name}: {worker.log_path.read_text()[-1500:]}" for worker in self.workers
        )

    # -- the end ---------------------------------------------------------------------------

    def finish(self) -> dict[str, Any]:
        """Stops the load, waits until all is taken up, stops the workers, and proves."""
        self.load.stop()
        drained = self.await_progress("after the load")
        for worker in self.workers:
            worker.stop()
        found = self.verify()
        self.tell(f"drained after {drained:.1f} s; {_summary(found)}")
        return found

    def verify(self) -> dict[str, Any]:
        """What `hubwatch verify` says."""
        command = ("-m", "streams.cli", "verify", str(self.ledger), "--within", "5s", "--json")
        done = subprocess.run(
            [sys.executable, *command],
            env={
                **os.environ,
                **self._environment(self.folder, self.settings.worker_port),
                "HUBWATCH_BOOTSTRAP_SERVERS": self.broker.bootstrap_servers,
            },
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        assert done.returncode in (0, 1), done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        assert (done.returncode == 0) == all(row["holds"] for row in found.values())
        return found

    def close(self) -> None:
        for worker in self.workers:
            if worker.process.poll() is None:
                worker.process.send_signal(signal.SIGCONT)
                worker.kill()
        self.load.abandon()
        self.progress.stop()


def _summary(found: Mapping[str, Any]) -> str:
    counts = {name: number for row in found.values() for name, number in row["counts"].items()}
    shown = ("records", "quarantined", "unlisted", "told", "identical_repeats", "by_ledger")
    return ", ".join(f"{name} {counts[name]}" for name in shown)


def violations(found: Mapping[str, Any]) -> dict[str, list[str]]:
    """The offenders of each invariant that does not hold."""
    return {key: row["offenders"] for key, row in found.items() if not row["holds"]}
