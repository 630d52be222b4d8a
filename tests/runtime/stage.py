"""The real site on a broker of its own, with workers that read its records."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import msgspec
from aiokafka import AIOKafkaProducer
from kafka import KafkaConsumer, TopicPartition
from prometheus_client.parser import text_string_to_metric_families

from connectors.publisher import Unpaced, play
from streams.partition.snapshot import read_mark
from streams.runtime.clock import Segment
from streams.runtime.servers.ports import free_ports
from streams.runtime.settings import Settings
from streams.runtime.snapshots import MARK_PREFIX
from streams.runtime.topics import SNAPSHOTS, create_topics, topics
from streams.simulator.ordinary import load_ordinary
from streams.simulator.scenario import load_scenario
from streams.simulator.simulation import Simulation
from streams.site import load_site
from streams.site.model import Site
from tests.waiting import wait_for

PARTITIONS = 2
PLAYED_MS = 240_000
BAD_ONES = ((b"\xff{", b"nowhere"), (b"[1, 2]", None), (None, b"hub.t2"))
WORKER = ("-m", "streams.cli", "run", "worker")
Log = dict[tuple[str, int], list[Any]]
Positions = dict[tuple[str, int], int]
"""the next offset to read by topic and partition"""


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
        except OSError:
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

        wait_for(seen, f"{count} records", every_seconds=1.0)  # a page takes the worker's time

    def readiness(self) -> str:
        """What the worker says of it, "" while it does not answer."""
        try:
            with urlopen(f"http://127.0.0.1:{self.settings.worker_port}/health/ready") as answer:
                said: bytes = answer.read()
        except HTTPError as refusal:
            said = refusal.read()
        except OSError:
            return ""
        return said.decode().strip()

    @property
    def records(self) -> int:
        return sum(map(len, self.inboxes.values()))

    def read(self, *topics: str) -> Log:
        return read(self.settings.bootstrap_servers, *topics)

    def ends(self) -> Positions:
        """After the last record of each inbox, as of now."""
        logs = self.read(*(department.inbox for department in self.site.departments.values()))
        return {at: log[-1].offset + 1 for at, log in logs.items()}

    def durable(self) -> Positions:
        """Where the partitions' newest marks stand."""
        marks = {
            n: read_mark(record.value)
            for (_, n), log in self.read(SNAPSHOTS).items()
            for record in log
            if record.key == f"{MARK_PREFIX}{n}".encode()
        }
        return {
            (topic, n): offset
            for n, mark in marks.items()
            for topic, offset in mark.positions.items()
        }


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


def new_stage(bootstrap_servers: str, data_dir: Path) -> Stage:
    (port,) = free_ports(1)
    settings = Settings(
        bootstrap_servers=bootstrap_servers,
        partitions=PARTITIONS,
        data_dir=data_dir,
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
    for value, key in BAD_ONES:
        async with producer.transaction():
            for department in site.departments.values():
                for n in range(PARTITIONS):
                    await producer.send_and_wait(
                        department.inbox, value, key, partition=n, timestamp_ms=at_ms
                    )
    await producer.stop()
