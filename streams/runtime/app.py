"""Builds the Faust apps: our transport, our offsets, nothing of Faust's that we do not use."""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import faust

from streams.runtime.settings import Settings
from streams.runtime.transport import BatchApp
from streams.runtime.watchdog import end_soon


class RawSchema(faust.Schema[Any, Any]):
    """Hands a batch on as the transport made it; decoding belongs to the gate."""

    def loads_key(self, app: Any, message: Any, **_: Any) -> Any:  # noqa: ARG002
        return message.key

    def loads_value(self, app: Any, message: Any, **_: Any) -> Any:  # noqa: ARG002
        return message.value


BUFFERED_BATCHES = 8


def faust_app(group: str, settings: Settings) -> BatchApp:
    """An app over the batch transport, with Faust's web server, tables and topic creation off."""
    return BatchApp(
        group,
        broker=[f"batch://{server}" for server in settings.bootstrap_servers.split(",")],
        store="memory://",
        autodiscover=False,
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        table_standby_replicas=0,
        stream_buffer_maxsize=BUFFERED_BATCHES,
        stream_recovery_delay=0.0,
        stream_wait_empty=False,
        broker_session_timeout=settings.session_timeout_seconds,
        broker_heartbeat_interval=settings.session_timeout_seconds / 3,
        broker_rebalance_timeout=max(20.0, settings.session_timeout_seconds * 2),
        broker_request_timeout=max(40.0, settings.session_timeout_seconds * 2),
        broker_commit_interval=1.0,
        broker_max_poll_records=settings.batch_records,
        broker_max_poll_interval=120.0,
        consumer_max_fetch_size=settings.fetch_bytes,
        datadir=str(settings.data_dir / "faust"),
    )


def batches(app: faust.App, topics: Sequence[str]) -> Any:
    """The channel of batches of several topics."""
    return app.topic(*topics, schema=RawSchema(), internal=False)


def every(app: BatchApp, seconds: float, call: Callable[[], Awaitable[None]]) -> None:
    """Calls it again and again with a pause of `seconds`, however long a call takes."""

    @app.task  # type: ignore[untyped-decorator]
    async def again() -> None:
        while not app.should_stop:
            await call()
            await app.sleep(seconds)


GARBAGE_AFTER = (50_000, 20, 100)
"""Python's thresholds: a batch is thousands of records, none of which is part of a cycle"""


def settle_memory() -> None:
    """What is there now stays: the garbage collector need not look at it again and again. What was
    kept before may have become garbage since."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def run(app: BatchApp) -> None:
    """Runs the app until a signal ends the process."""
    gc.set_threshold(*GARBAGE_AFTER)
    app.ending = end_soon
    worker = faust.Worker(
        app, loglevel="WARNING", override_logging=False, quiet=True, redirect_stdouts=False
    )
    worker.spinner = None  # it writes to the terminal even when it is quiet
    worker.execute_from_commandline()
