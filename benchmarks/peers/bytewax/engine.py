"""Stage A on bytewax, decoded by msgspec, in batches, state in dictionaries."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSource, KafkaSourceMessage
from bytewax.dataflow import Dataflow
from bytewax.testing import TestingSink, cluster_main

from streams.bench.peers.fold import decode_used, fold
from streams.bench.peers.meter import Meter
from streams.bench.peers.state import State
from streams.bench.peers.task import Task, task_of

BATCH_RECORDS = 10_000
"""Python is entered once a batch"""
CONSUMER = {
    # librdkafka waits a second for more when its queue is full; the queue is filled again sooner
    "fetch.queue.backoff.ms": "5",
    "fetch.message.max.bytes": str(4 * 1_048_576),
}


def stage_a(task: Task) -> Dataflow:
    source = KafkaSource(
        brokers=[task.bootstrap_servers],
        topics=[task.topic],
        tail=True,
        add_config=CONSUMER,
        batch_size=BATCH_RECORDS,
    )
    meter = Meter(task)
    # dictionaries: a stateful step would route and snapshot one record at a time
    state = State()

    def add(batch: list[KafkaSourceMessage]) -> Iterable[None]:
        fold(state, map(attrgetter("value"), batch), decode_used)
        meter.count(len(batch), state)
        return ()

    flow = Dataflow("stage_a")
    nothing = op.flat_map_batch("add", op.input("records", flow, source), add)
    op.output("nothing", nothing, TestingSink([]))
    return flow


if __name__ == "__main__":
    cluster_main(stage_a(task_of()), [], 0)
