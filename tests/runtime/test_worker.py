"""A worker process that is killed, against the same log stepped through in one go."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import msgspec
import pytest
from aiokafka import AIOKafkaProducer
from kafka import KafkaConsumer, TopicPartition
from msgspec.structs import replace
from prometheus_client.parser import text_string_to_metric_families

from connectors.publisher import Unpaced, play
from schemas.codec import decode, explain
from schemas.structs import structs
from schemas.value import Situation, Value
from streams.domains import catalogue
from streams.partition import Partition, StepOutput
from streams.partition.inflow import Inflow
from streams.rules.load import load_rules
from streams.runtime import watchdog
from streams.runtime.clock import Segment
from streams.runtime.servers import Broker
from streams.runtime.servers.ports import free_ports
from streams.runtime.settings import Settings
from streams.runtime.topics import (
    QUARANTINE,
    SITUATION,
    SNAPSHOTS,
    create_topics,
    partition_of,
    topics,
)
from streams.simulator.ordinary import load_ordinary
from streams.simulator.scenario import load_scenario
from streams.simulator.simulation import Simulation
from streams.site import load_site
from streams.site.model import Site
from tests.runtime.conftest import wait_for

pytestmark = pytest.mark.servers

PARTITIONS = 2
PLAYED_MS = 240_000
WORKER = ("-m", "streams.cli", "run", "worker")
FAILING = (
    "-c",
    """
from streams.partition import Partition
from streams.runtime import processes

fold, calls = Partition.fold, []

def fail_once(self, *batch):
    calls.append(batch)
    if len(calls) == 40:
        raise ZeroDivisionError("a formula of the test")
    return fold(self, *batch)

Partition.fold = fail_once
processes.run("worker")
""",
)
"""a worker whose core fails in the middle, once: what follows must not be taken on a gap"""
Log = dict[tuple[str, int], list[Any]]


@dataclass
class Stage:
    """The real site on a broker of its own, four minutes of its records in the inbox topics.

    The clock stands at the end of them, so that nothing falls silent.
    """

    site: Site
    settings: Settings
    environment: dict[str, str]
    inboxes: Log
    end_ms: int

    def worker(
        self, program: Sequence[str] = WORKER, **environment: str
    ) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, *program],
                env={**os.environ, **self.environment, **environment},
                stdout=log,
                stderr=log,
            )

    @property
    def log(self) -> Path:
        return self.settings.data_dir / "worker.log"

    def samples(self) -> dict[str, list[tuple[dict[str, str], float]]]:
        """What the worker's metrics page says, by name; nothing while it does not answer."""
        try:
            with urlopen(f"http://127.0.0.1:{self.settings.worker_port}/metrics") as answer:
                text = answer.read().decode()
        except (URLError, OSError):
            return {}
        found: dict[str, list[tuple[dict[str, str], float]]] = {}
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                found.setdefault(sample.name, []).append((dict(sample.labels), sample.value))
        return found

    def verdicts(self) -> Counter[str]:
        counts: Counter[str] = Counter()
        for labels, value in self.samples().get("hubwatch_records_total", []):
            counts[labels["verdict"]] += int(value)
        return counts

    def await_records(self, process: subprocess.Popen[bytes], count: int) -> None:
        def seen() -> bool:
            assert process.poll() is None, self.log.read_text()
            return sum(self.verdicts().values()) >= count

        wait_for(seen, 60, f"{count} records")

    @property
    def records(self) -> int:
        return sum(map(len, self.inboxes.values()))

    def read(self, topic: str) -> Log:
        return read(self.settings.bootstrap_servers, topic)


def read(bootstrap_servers: str, *names: str) -> Log:
    """Everything that is in some topics, by topic and partition."""
    consumer = KafkaConsumer(bootstrap_servers=bootstrap_servers)
    parts = [TopicPartition(name, n) for name in names for n in range(PARTITIONS)]
    consumer.assign(parts)
    consumer.seek_to_beginning(*parts)
    ends = consumer.end_offsets(parts)
    found: Log = {(part.topic, part.partition): [] for part in parts}
    while any(consumer.position(part) < end for part, end in ends.items()):
        for part, records in consumer.poll(timeout_ms=500).items():
            found[part.topic, part.partition] += records
    consumer.close()
    return found


@pytest.fixture(scope="module")
def stage(own_broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    (port,) = free_ports(1)
    settings = Settings(
        bootstrap_servers=own_broker.bootstrap_servers,
        partitions=PARTITIONS,
        data_dir=tmp_path_factory.mktemp("worker"),
        worker_port=port,
        batch_records=100,
        snapshot_seconds=0.1,
    )
    site = load_site(settings.site_dir, settings.standards_dir)
    create_topics(
        settings.bootstrap_servers, topics(site, PARTITIONS, simulated_clock=True), replication=1
    )
    scenario = load_scenario(settings.site_dir, "evening-storm", site)
    simulation = Simulation(site, load_ordinary(settings.site_dir), scenario, seed=1)
    end_ms = scenario.start_ms + PLAYED_MS
    emissions = list(takewhile(lambda e: e.at_ms < end_ms, simulation.emissions()))
    asyncio.run(play(emissions, settings.bootstrap_servers, Unpaced(), partitions=PARTITIONS))
    asyncio.run(send_bad_ones(site, settings.bootstrap_servers, emissions[-1].at_ms))
    segment = msgspec.to_builtins(Segment(wall_ms=0, site_ms=end_ms, speed=1.0, end_ms=end_ms))
    settings.clock_file.write_text(json.dumps({"segment": segment, "site_ms": end_ms}))
    inboxes = read(settings.bootstrap_servers, *(d.inbox for d in site.departments.values()))
    environment = {
        f"HUBWATCH_{name.upper()}": str(getattr(settings, name))
        for name in (
            "bootstrap_servers",
            "partitions",
            "data_dir",
            "worker_port",
            "batch_records",
            "snapshot_seconds",
        )
    }
    return Stage(site, settings, environment, inboxes, end_ms)


async def send_bad_ones(site: Site, bootstrap_servers: str, at_ms: int) -> None:
    """To each inbox and partition: bytes that are nothing, and a tombstone without a key; each in a
    transaction, whose markers are offsets without a record."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers, transactional_id="bad-ones")
    await producer.start()
    for value, key in ((b"\xff{", b"nowhere"), (b"[1, 2]", None), (None, b"hub.t2")):
        async with producer.transaction():
            for department in site.departments.values():
                for n in range(PARTITIONS):
                    await producer.send_and_wait(
                        department.inbox, value, key, partition=n, timestamp_ms=at_ms
                    )
    await producer.stop()


def in_one_go(stage: Stage) -> tuple[list[Partition], list[tuple[str, int, StepOutput]]]:
    """The pure core over the same log, each inbox in one batch."""
    rules = load_rules(stage.settings.site_dir / "rules.yaml", stage.site, catalogue())
    departments = {d.inbox: d.key for d in stage.site.departments.values()}
    partitions: list[Partition] = []
    outputs: list[tuple[str, int, StepOutput]] = []
    for n in range(PARTITIONS):
        partition = Partition(
            n,
            [c for c in stage.site.cells if partition_of(c, PARTITIONS) == n],
            site=stage.site,
            catalogue=catalogue(),
            rules=rules,
            decode=decode,
            explain=explain,
            record_types=structs(),
        )
        inflow = Inflow(partition, departments)
        for topic in departments:
            inflow.offer(topic, stage.inboxes[topic, n])
        outputs += [(topic, n, o) for topic, o in inflow.advance({}, stage.end_ms)]
        partitions.append(partition)
    return partitions, outputs


def values_of(partitions: list[Partition]) -> dict[str, Value]:
    return {
        f"{key}/{measure}": plain(value)
        for partition in partitions
        for key, state in partition.picture.places.items()
        for measure, value in state.values.items()
    }


def newest_values(stage: Stage) -> dict[str, Value]:
    """As the situations told last have it, by place and measure."""
    newest: dict[str, Situation] = {}
    for record in (r for log in stage.read(SITUATION).values() for r in log):
        situation = msgspec.json.decode(record.value, type=Situation)
        if not situation.sign_of_life:
            newest[situation.place] = situation
    return {
        f"{key}/{measure}": plain(value)
        for key, situation in newest.items()
        for measure, value in situation.values.items()
    }


def plain(value: Value) -> Value:
    """Without what tells how often it was looked at."""
    return replace(value, version=1, revised=False)


def test_failed_hung_killed_and_started_again_nothing_is_lost(
    stage: Stage,
) -> None:
    process = stage.worker(FAILING)
    try:
        assert process.wait(40) != 0, "an error in the core ends the process"
        process = stage.worker(FAILPOINT="batch-told:3:hang", HUBWATCH_STALLED_SECONDS="5")
        assert process.wait(40) == watchdog.STATUS, "a loop that hangs ends the process"
        assert "the event loop has hung" in stage.log.read_text()
        process = stage.worker()
        wait_for(lambda: sum(stage.verdicts().values()) > 0, 40, "the first records")
        process.send_signal(signal.SIGKILL)
        process.wait()
        marks = [r for log in stage.read(SNAPSHOTS).values() for r in log]
        process = stage.worker()
        stage.await_records(process, stage.records)
        counted = stage.verdicts()
        partitions, outputs = in_one_go(stage)
        # what was told last of each place is what the core makes of the log
        expected = values_of(partitions)
        wait_for(lambda: newest_values(stage) == expected, 15, "the end of the log to be told")
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert marks, "it was killed before anything was durable"

    assert "deleted before they were read" not in stage.log.read_text()

    # the counts are the log's
    refused = {
        (topic, n, refusal.incoming.offset): refusal.reason.value
        for topic, n, output in outputs
        for refusal in output.refused
    }
    assert len(refused) >= 6 * len(stage.site.departments)
    assert counted == {
        "processed": stage.records - len(refused),
        "quarantined": len(refused),
    }

    # every refused record is in quarantine, as it was sent, with its place in the log
    found: dict[tuple[str, int, int], str] = {}
    for record in (r for log in stage.read(QUARANTINE).values() for r in log):
        told = {name: text.decode() for name, text in record.headers}
        where = told["topic"], int(told["partition"]), int(told["offset"])
        (original,) = [r for r in stage.inboxes[where[:2]] if r.offset == where[2]]
        assert record.value == (original.value or b"")
        assert int(told["received_at_ms"]) == original.timestamp
        found[where] = told["reason"]
    assert found == refused
