"""Stage A on Faust as it comes: its own transport, one event at a time, its own JSON."""

from __future__ import annotations

from typing import Any

import faust

from streams.bench.peers.meter import Meter
from streams.bench.peers.state import State
from streams.bench.peers.task import Task, task_of

MOST = {"road_flow": ("speed_kmh", 250), "crowd_count": ("count", 50_000)}
"""by kind: the field that stage A uses, and the end of its range"""


def reading(record: Any) -> tuple[str, str, float, int]:
    """Source, place, value, instant of a record. Raises ValueError or KeyError for others."""
    field, most = MOST[record["kind"]]
    source, place = record["source"], record["place"]
    value, at_ms = record[field], record["observed_at_ms"]
    if not (isinstance(source, str) and source and isinstance(place, str) and place):
        raise ValueError(record)
    if not (isinstance(at_ms, int) and at_ms >= 0):
        raise ValueError(record)
    if not (isinstance(value, int | float) and 0 <= value <= most):
        raise ValueError(record)
    return source, place, value, at_ms


def stage_a(task: Task) -> faust.App:
    app = faust.App(
        task.group,
        broker=f"kafka://{task.bootstrap_servers}",
        value_serializer="json",
        store="memory://",
        datadir=task.folder,
        web_enabled=False,  # costs nothing but a port
        topic_disable_leader=True,  # no election topic on a broker that refuses to make topics
        topic_partitions=len(task.ends),
    )
    topic = app.topic(task.topic, internal=False)
    meter = Meter(task)
    # dictionaries: a table would publish a changelog record an event, un-batched
    state = State()

    @app.agent(topic)
    async def add(stream: Any) -> None:
        async for event in stream.events():
            message = event.message
            if message.offset >= task.ends[message.partition]:
                continue
            state.add(*reading(event.value))
            meter.count(1, state)

    return app


if __name__ == "__main__":
    faust.Worker(stage_a(task_of()), loglevel="WARNING", quiet=True).execute_from_commandline()
