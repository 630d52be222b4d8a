"""Stage A on Quix Streams, decoded by msgspec, state in dictionaries."""

from __future__ import annotations

from quixstreams import Application

from streams.bench.peers.fold import decode_used, fold
from streams.bench.peers.meter import Meter
from streams.bench.peers.state import State
from streams.bench.peers.task import Task, task_of

CONSUMER = {
    # librdkafka waits a second for more when its queue is full; the queue is filled again sooner
    "fetch.queue.backoff.ms": 5,
    "fetch.message.max.bytes": 4 * 1_048_576,
    "queued.max.messages.kbytes": 262_144,
}


def stage_a(task: Task) -> Application:
    app = Application(
        broker_address=task.bootstrap_servers,
        consumer_group=task.group,
        auto_offset_reset="earliest",
        auto_create_topics=False,
        commit_interval=30.0,  # nothing is lost that a benchmark needs
        state_dir=task.folder,
        consumer_extra_config=CONSUMER,
        loglevel="WARNING",
    )
    # bytes: msgspec decodes and checks in one go, several times as fast as the JSON deserializer
    records = app.dataframe(app.topic(task.topic, value_deserializer="bytes"))
    meter = Meter(task)
    # dictionaries: its RocksDB store costs several times the rest
    state = State()

    def add(payload: bytes) -> None:
        fold(state, (payload,), decode_used)
        meter.count(1, state)

    records.update(add)
    return app


if __name__ == "__main__":
    stage_a(task_of()).run()
