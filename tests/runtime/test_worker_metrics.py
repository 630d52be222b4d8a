"""The worker's metrics page, read while its partitions come and go."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
from faust.types import TP

from schemas.codec import decode, explain
from schemas.structs import structs
from streams.domains import catalogue
from streams.partition import Inflow, Partition
from streams.rules.book import RuleBook
from streams.runtime.clock import SiteClock
from streams.runtime.outbox import Outbox
from streams.runtime.settings import Settings
from streams.runtime.tenure import Tenure
from streams.runtime.worker import Worker
from streams.runtime.worker_metrics import WorkerCollector
from tests.partition.stream import body, message
from tests.town import T0_MS, TOPIC, town

SECONDS = 2.0


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    made = Worker(Settings(data_dir=tmp_path), town(), RuleBook((), town()), SiteClock())
    yield made
    made.app.loop.close()
    made.app.batch_consumer._thread.thread_loop.close()


def heard() -> Partition:
    """A partition that has folded a record."""
    partition = Partition(
        0,
        ("hall", "road"),
        site=town(),
        catalogue=catalogue(),
        rules=RuleBook((), town()),
        decode=decode,
        explain=explain,
        record_types=structs(),
    )
    content = body("transport.crowd", "cam-3", "hall.west", T0_MS, count=7)
    partition.step(TOPIC, "transport", [message(0, T0_MS + 200, "hall", content)])
    return partition


@contextmanager
def assignments_change(worker: Worker) -> Iterator[None]:
    """As in the worker's own thread, only much more often."""
    over, partition = Event(), heard()
    inflow = Inflow(partition, {TOPIC: "transport"})
    outbox = Outbox("127.0.0.1:1", client_id="test")
    tenure = Tenure(partition, inflow, outbox, worker.time.hear)

    def change() -> None:
        committed_at = worker.app.batch_consumer.committed_at
        while not over.is_set():
            for number in range(8):
                worker.tenures[number] = tenure
                committed_at[TP(TOPIC, number)] = time.monotonic()
            for number in range(8):
                del worker.tenures[number]
                del committed_at[TP(TOPIC, number)]

    thread = Thread(target=change)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        sys.setswitchinterval(before)


def test_a_page_is_whole_while_assignments_change(worker: Worker) -> None:
    collector = WorkerCollector(worker)
    deadline = time.monotonic() + SECONDS
    with assignments_change(worker):
        while time.monotonic() < deadline:
            names = [family.name for family in collector.collect()]
            assert "hubwatch_lag_records" in names
            assert names[-1] == "hubwatch_step_cpu_seconds"
