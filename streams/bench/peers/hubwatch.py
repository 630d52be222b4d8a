"""Stage A on our transport: a process of its own, `python -m streams.bench.peers.hubwatch`."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from faust.types import TP

from schemas.codec import decode
from streams.bench.peers.fold import fold
from streams.bench.peers.meter import Meter
from streams.bench.peers.state import State
from streams.bench.peers.task import Task, task_of
from streams.runtime.app import batches, faust_app, run, settle_memory
from streams.runtime.settings import Settings
from streams.runtime.transport import BatchApp

payload_of = attrgetter("value")


def stage_a(task: Task) -> BatchApp:
    """An app with the settings the worker has, whose agent takes whole batches."""
    settings = Settings.load(bootstrap_servers=task.bootstrap_servers, data_dir=task.folder)
    app = faust_app(task.group, settings)
    meter = Meter(task)
    state = State()
    ends = dict(enumerate(task.ends))

    async def restore(assigned: set[TP]) -> Mapping[TP, int]:
        settle_memory()
        return dict.fromkeys(assigned, 0)

    async def release(_: set[TP]) -> None:
        """Nothing is kept."""

    app.restore, app.release = restore, release

    @app.agent(batches(app, [task.topic]))
    async def add(stream: Any) -> None:
        async for event in stream.events():
            batch, end = event.value, ends[event.message.partition]
            if batch[-1].offset >= end:
                batch = [record for record in batch if record.offset < end]
            fold(state, map(payload_of, batch), decode)
            meter.count(len(batch), state)

    return app


if __name__ == "__main__":
    run(stage_a(task_of()))
