"""How far the broker was asked is known while all that was fetched waits in a full queue."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
from kafka import KafkaProducer

from streams.runtime.app import BUFFERED_BATCHES
from streams.runtime.servers import Broker
from tests.conftest import NewTopicName
from tests.waiting import wait_for

pytestmark = pytest.mark.servers

BUSY_PARTITIONS = BUFFERED_BATCHES + 8
"""a batch of each is more than the agent and its queue hold"""
ROUNDS = 3
"""more than may be asked before all is full"""
STUCK = """
import asyncio, json, sys
from pathlib import Path
from faust.types import TP
from streams.runtime.app import batches, faust_app, run
from streams.runtime.settings import Settings

servers, folder, busy, quiet = sys.argv[1:]
app = faust_app(f"stuck-{quiet}", Settings.load(bootstrap_servers=servers, data_dir=Path(folder)))

async def restore(assigned):
    return dict.fromkeys(assigned, 0)

async def release(revoked):
    pass

app.restore, app.release = restore, release

@app.agent(batches(app, [busy, quiet]), concurrency=1)
async def take(stream):
    async for event in stream.events():
        consumer, tp = app.batch_consumer, TP(quiet, 0)
        while True:  # it never comes to the next batch
            asked_ms = consumer.asked_ms(tp)
            print(json.dumps([asked_ms, consumer.unread(tp, 0)]), flush=True)
            await asyncio.sleep(0.02)

run(app)
"""


class Look(NamedTuple):
    asked_ms: int
    unread: int | None


@contextmanager
def stuck(servers: str, folder: Path, busy: str, quiet: str) -> Iterator[Path]:
    """A process that does not come to the end of its first batch; the file in which it says what it
    knows of the quiet topic."""
    said = folder / "looks"
    with said.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", STUCK, servers, str(folder), busy, quiet],
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        try:
            yield said
        finally:
            process.kill()
            process.wait()


def looks(said: Path) -> list[Look]:
    whole = [line for line in said.read_text().splitlines(keepends=True) if line.endswith("]\n")]
    return [Look(*json.loads(line)) for line in whole]


def asked_after(said: Path, instant_ms: int) -> bool:
    return looks(said)[-1].asked_ms > instant_ms


def test_a_quiet_topic_is_known_to_be_asked_while_others_wait_in_line(
    broker: Broker, new_topic: NewTopicName, tmp_path: Path
) -> None:
    busy, quiet = new_topic("busy", partitions=BUSY_PARTITIONS), new_topic("quiet")
    producer = KafkaProducer(bootstrap_servers=broker.bootstrap_servers, acks="all")
    for number in range(BUSY_PARTITIONS):
        producer.send(busy, b"{}", partition=number)
    producer.flush()
    with stuck(broker.bootstrap_servers, tmp_path, busy, quiet) as said:
        wait_for(lambda: looks(said), "the first batch")
        for _ in range(ROUNDS):
            wait_for(partial(asked_after, said, time.time_ns() // 1_000_000), "a later question")
        producer.send(quiet, b"{}").get()
        wait_for(lambda: looks(said)[-1].unread == 1, "the record, which waits in line")
    producer.close()
