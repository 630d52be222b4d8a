"""What the simulator and the replay share: they publish until a signal, count, and go on later."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from connectors.publisher import PlayCount, play
from schemas.emission import Emission
from schemas.record import LATEST_MS
from streams.runtime import metrics, published
from streams.runtime.clock import SiteClock
from streams.runtime.settings import Settings
from streams.site.model import Site

NOTED_SECONDS = 1.0
FINISH_SECONDS = 3.0
"""for the records in flight when it is told to stop"""


class Progress:
    """How far a play has come, kept in a file; about once a second, and when it ends.

    `played_ms` is the site time from the beginning of the play to the newest stored record. A kill
    can lose the last second of it: then those records are published again.
    """

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self._name = name
        self._noted = time.monotonic()

    def played_ms(self) -> int | None:
        """Where to go on; None for a play of this name that has not begun."""
        try:
            noted = json.loads(self._path.read_text())
        except FileNotFoundError:
            return None
        return int(noted["played_ms"]) if noted["name"] == self._name else None

    def keep(self, played_ms: int, *, last: bool = False) -> None:
        if not last and time.monotonic() - self._noted < NOTED_SECONDS:
            return
        self._noted = time.monotonic()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps({"name": self._name, "played_ms": played_ms}))
        draft.replace(self._path)


class Publisher(Collector):
    """Plays emissions that begin at `start_ms`; counts what the broker has stored."""

    def __init__(
        self, settings: Settings, site: Site, clock: SiteClock, progress: Progress, start_ms: int
    ) -> None:
        self._settings = settings
        self._site = site
        self._clock = clock
        self._progress = progress
        self._start_ms = start_ms
        self._count = PlayCount()
        self._ended = asyncio.Event()
        self._playing = False
        self._at_ms: int | None = None
        """the instant whose emissions are on"""
        self._before_ms: int | None = None
        """the one before it"""

    def ready(self) -> str:
        """It is connected, and publishes what is due."""
        return "" if self._playing else "not connected to the broker yet"

    def run(self, emissions: Iterable[Emission]) -> None:
        """Publishes, then stays, until SIGTERM or Ctrl-C."""
        asyncio.run(self._run(emissions))

    async def _run(self, emissions: Iterable[Emission]) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._ended.set)
        playing = asyncio.create_task(self._play(self._until_ended(emissions)))
        waiting = asyncio.create_task(self._ended.wait())
        stating = asyncio.create_task(self._state())
        await asyncio.wait((playing, waiting), return_when=asyncio.FIRST_COMPLETED)
        if not self._ended.is_set():
            await playing
            await waiting
        await asyncio.wait((playing,), timeout=FINISH_SECONDS)
        playing.cancel()  # what it still waits for is not due
        stating.cancel()
        await asyncio.wait((playing, stating))
        if self._count.position_ms is not None:
            self._progress.keep(self._count.position_ms - self._start_ms, last=True)

    async def _play(self, emissions: Iterable[Emission]) -> None:
        await play(
            emissions,
            self._settings.bootstrap_servers,
            self._clock,
            partitions=self._settings.partitions,
            acknowledged=self._acknowledged,
        )

    def _until_ended(self, emissions: Iterable[Emission]) -> Iterator[Emission]:
        """Emissions until it is told to stop; the instant that is on is finished.

        The first one is asked for when the producer is connected.
        """
        self._playing = True
        for emission in emissions:
            if emission.at_ms != self._at_ms:
                if self._ended.is_set():
                    return
                self._before_ms, self._at_ms = self._at_ms, emission.at_ms
            yield emission
        self._before_ms, self._at_ms = self._at_ms, LATEST_MS

    async def _state(self) -> None:
        """Says, for those who follow a clock that runs faster, up to where all is stored."""
        while self._clock.simulated:
            stored_ms = self._stored_ms()
            if stored_ms is not None:
                published.state(self._settings.published_file, stored_ms)
            await asyncio.sleep(published.STATED_SECONDS)

    def _stored_ms(self) -> int | None:
        """Site time up to which the broker has stored all there is; None before any."""
        position_ms = self._count.position_ms
        if self._at_ms is None or position_ms != self._before_ms:
            return position_ms
        return min(self._clock.now_ms(), self._at_ms - 1)

    def _acknowledged(self, count: PlayCount) -> None:
        self._count = count
        if count.position_ms is not None:
            self._progress.keep(count.position_ms - self._start_ms)

    def collect(self) -> Iterator[Metric]:
        """Every feed of the site, those included that nothing was published under."""
        records = metrics.counter(
            "published_records", "records stored by the broker", ("department", "feed")
        )
        counts = dict(self._count.by_feed)
        for feed in self._site.feeds.values():
            records.add_metric((feed.department, feed.key), counts.get(feed.key, 0))
        yield from metrics.process_metrics(self._clock, self._clock.now_ms())
        yield records
