"""The hub process on a real broker: who is silent, what it sets aside, how it ends."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import msgspec
import pytest
from kafka import KafkaConsumer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from schemas.alert import Alert
from schemas.value import Situation, Value
from streams.hub.minutes import STEP_MS, WARM_UP_MS
from streams.rules.book import RuleBook
from streams.runtime.clock import Segment
from streams.runtime.hub import expected_measures
from streams.runtime.messages import sign_of_life, situation_message
from streams.runtime.outbox import Outbox, Outgoing
from streams.runtime.servers import Broker
from streams.runtime.servers.ports import free_ports
from streams.runtime.settings import Settings
from streams.runtime.topics import (
    ALERTS,
    HUB_SNAPSHOTS,
    SITUATION,
    create_topics,
    partition_of,
    topics,
)
from streams.site import load_site
from streams.site.model import Site
from tests.waiting import LIMIT_SECONDS, wait_for

pytestmark = pytest.mark.servers

PARTITIONS = 2
START_MS = 1_784_118_600_000
COUNT = "crowd.count_persons"
HUB = (
    "-c",
    """
from streams.hub import minutes
from streams.runtime import processes

minutes.SILENT_WALL_SECONDS = 3.0
processes.run("hub")
""",
)
"""a hub that waits three seconds for a partition, not thirty"""


class Stage:
    """The real site with nothing told, and a clock that stands an hour later."""

    def __init__(self, settings: Settings, site: Site) -> None:
        self.settings = settings
        self.site = site
        self.log = settings.data_dir / "hub.log"
        self._environment = {
            f"HUBWATCH_{name.upper()}": str(getattr(settings, name))
            for name in ("bootstrap_servers", "partitions", "data_dir", "hub_port", "hub_group")
        }

    @contextmanager
    def hub(self) -> Iterator[subprocess.Popen[bytes]]:
        """A hub process, ended by SIGTERM."""
        with self.log.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, *HUB],
                env={**os.environ, **self._environment},
                stdout=log,
                stderr=log,
            )
        try:
            yield process
            process.send_signal(signal.SIGTERM)
            assert process.wait(LIMIT_SECONDS) == 0, self.log.read_text()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()

    def tell(self, *messages: Outgoing) -> None:
        async def send() -> None:
            outbox = Outbox(self.settings.bootstrap_servers, client_id="test")
            await outbox.start()
            for message in messages:
                await outbox.send(message)
            await outbox.stop()

        asyncio.run(send())

    def sample(self, line: str) -> float | None:
        """A line of the metrics page."""
        try:
            with urlopen(f"http://127.0.0.1:{self.settings.hub_port}/metrics") as answer:
                text = answer.read().decode()
        except (URLError, OSError):
            return None
        found = [row for row in text.splitlines() if row.startswith(f"hubwatch_{line} ")]
        return float(found[0].split()[-1]) if found else None

    def await_step(self, at_ms: int) -> None:
        def there() -> bool:
            return self.sample("hub_stream_time_seconds") == at_ms / 1000

        wait_for(there, f"a step to {at_ms}")

    def logged(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def read(self, topic: str) -> list[Any]:
        """Everything that is in partition 0 of a topic."""
        consumer = KafkaConsumer(bootstrap_servers=self.settings.bootstrap_servers)
        at = TopicPartition(topic, 0)
        consumer.assign([at])
        consumer.seek_to_beginning(at)
        (end,) = consumer.end_offsets([at]).values()
        found: list[Any] = []
        while consumer.position(at) < end:
            found += consumer.poll(timeout_ms=500).get(at, ())
        consumer.close()
        return found

    def newest(self) -> dict[str, Situation]:
        """What the hub itself told last of each place."""
        told = [msgspec.json.decode(r.value, type=Situation) for r in self.read(SITUATION)]
        return {situation.place: situation for situation in told if not situation.cell}


@pytest.fixture(scope="module")
def stage(own_broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    (port,) = free_ports(1)
    settings = Settings(
        bootstrap_servers=own_broker.bootstrap_servers,
        partitions=PARTITIONS,
        data_dir=tmp_path_factory.mktemp("hub"),
        hub_port=port,
    )
    site = load_site(settings.site_dir, settings.standards_dir)
    create_topics(
        settings.bootstrap_servers, topics(site, PARTITIONS, simulated_clock=True), replication=1
    )
    at_ms = START_MS + 60 * STEP_MS
    segment = msgspec.to_builtins(Segment(wall_ms=0, site_ms=at_ms, speed=1.0, end_ms=at_ms))
    settings.clock_file.write_text(json.dumps({"segment": segment, "site_ms": at_ms}))
    return Stage(settings, site)


def counts(site: Site, at_ms: int, partitions: Sequence[int]) -> list[Outgoing]:
    """A count at every place of some partitions that has people, and a sign of life of each."""
    found: list[Outgoing] = []
    for number in partitions:
        for place in site.places.values():
            if partition_of(place.cell, PARTITIONS) == number and place.cell in site.cells:
                value = Value(COUNT, "ok", 5.0, at_ms, heard=1, expected=1)
                told = Situation(site.key, place.key, place.cell, at_ms, {COUNT: value})
                found.append(situation_message(told, number))
        found.append(sign_of_life(site.key, number, at_ms))
    return found


def own_snapshots(stage: Stage) -> list[Any]:
    """Without the words of who writes."""
    key = stage.site.key.encode()
    return [record for record in stage.read(HUB_SNAPSHOTS) if record.key == key]


def test_a_partition_that_never_tells_holds_up_nothing_and_is_unknown(stage: Stage) -> None:
    """From a snapshot of another version, with partition 1 of a worker that is gone."""
    site = stage.site
    stage.tell(Outgoing(HUB_SNAPSHOTS, site.key.encode(), b"\x83of another version", partition=0))
    stage.tell(*counts(site, START_MS, [0, 1])[:-1])
    first_ms = START_MS + WARM_UP_MS
    with stage.hub() as process:
        wait_for(lambda: stage.sample("hub_silent_partitions") is not None, "its page")
        while stage.sample("hub_silent_partitions") != 1:
            assert process.poll() is None, stage.log.read_text()
            stage.tell(sign_of_life(site.key, 0, first_ms))
        stage.await_step(first_ms)
        wait_for(lambda: len(own_snapshots(stage)) > 1, "a snapshot of its own")
    lines = stage.logged()
    errors = [line["error"] for line in lines if line["level"] == "error"]
    assert [error.split()[0] for error in errors] == ["HW-1404"]
    assert [line["partitions"] for line in lines if "partitions" in line] == [[1]]

    told = stage.newest()
    counted = {
        key for key, found in expected_measures(site, RuleBook((), site)).items() if COUNT in found
    }
    statuses: dict[frozenset[int], set[str]] = {}
    for place in told:
        cells = [child.cell for child in site.children.get(place, ()) if child.key in counted]
        if cells and COUNT in told[place].values:
            asked = frozenset(partition_of(cell, PARTITIONS) for cell in cells)
            statuses.setdefault(asked, set()).add(told[place].values[COUNT].status)
    assert len(statuses) == 2
    assert all((found == {"ok"}) == (1 not in asked) for asked, found in statuses.items())


def test_after_an_outage_it_goes_on_from_what_compaction_has_left(stage: Stage) -> None:
    """An hour went on without it; it steps the last minutes, and what stood still alarms nobody."""
    site, settings = stage.site, stage.settings
    before_ms = START_MS + WARM_UP_MS
    end_ms = before_ms + 60 * STEP_MS
    soon = {"segment.ms": "100", "min.cleanable.dirty.ratio": "0.0"}
    admin = KafkaAdminClient(bootstrap_servers=settings.bootstrap_servers)
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, SITUATION, soon)])
    admin.close()
    for minute in range(1, 58):
        stage.tell(*counts(site, before_ms + minute * STEP_MS, [0, 1]))

    def compacted() -> bool:
        log = stage.read(SITUATION)
        return bool(log[-1].offset > 2 * len(log))

    wait_for(compacted, "compaction")
    for minute in range(58, 61):
        stage.tell(*counts(site, before_ms + minute * STEP_MS, [0, 1]))
    opened = {record.key.decode() for record in stage.read(ALERTS)}
    with stage.hub():
        stage.await_step(end_ms)
    events = [(line["event"].split(":")[0], line.get("minutes", 0)) for line in stage.logged()]
    assert len(events) == 1
    assert events[0][0] == "passed over"
    assert 0 < events[0][1] < 60
    after = [msgspec.json.decode(record.value, type=Alert) for record in stage.read(ALERTS)]
    assert opened
    assert {alert.why for alert in after if alert.id in opened} == {"enter", "evidence"}
    newest = stage.newest().values()
    assert {one.values[COUNT].status for one in newest if COUNT in one.values} == {"ok"}
