"""Stage A on Faust as it comes: its own transport, one event at a time, its own JSON."""

from __future__ import annotations

from typing import Any

import faust

from streams.bench.peers.meter import Meter, Places
from streams.bench.peers.task import Task, task_of

MOST = {"road_flow": ("speed_kmh", 250), "crowd_count": ("count", 50_000)}
"""by kind: the field that stage A uses, and the end of its range"""


def reading(record: Any) -> tuple[str, float, int]:
    """Place, value and instant of a record. Raises ValueError or KeyError for anything else."""
    field, most = MOST[record["kind"]]
    place, value, at_ms = record["place"], record[field], record["observed_at_ms"]
    if not (isinstance(place, str) and place and isinstance(at_ms, int) and at_ms >= 0):
        raise ValueError(record)
    if not (isinstance(value, int | float) and 0 <= value <= most):
        raise ValueError(record)
    return place, value, at_ms


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
    # a dictionary: a table would publish a changelog record an event, un-batched
    places: Places = {}

    @app.agent(topic)
    async def add(stream: Any) -> None:
        async for event in stream.events():
            message = event.message
            if message.offset >= task.ends[message.partition]:
                continue
            place, value, at_ms = reading(event.value)
            count, total, most, newest = places.get(place, (0, 0.0, 0.0, 0))
            places[place] = [count + 1, total + value, max(most, value), max(newest, at_ms)]
            meter.count(1, places)

    return app


if __name__ == "__main__":
    faust.Worker(stage_a(task_of()), loglevel="WARNING", quiet=True).execute_from_commandline()
