"""Plays emissions to the running broker, and keeps count even when it is interrupted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable

from aiokafka.errors import KafkaError

from connectors.publisher import Clock, PlayCount, Stored, play
from schemas.emission import Emission
from streams.cli.errors import BrokerUnreachableError, StampError
from streams.cli.reader import reading
from streams.cli.topic_list import stamped_by_publisher
from streams.runtime.servers.errors import FolderBusyError
from streams.runtime.servers.owner import owner_of
from streams.runtime.settings import Settings

NOTED_SECONDS = 1.0


class Play:
    """One play. `count` is what the broker has stored; `interrupted` that Ctrl-C ended it.

    `note` is called about once a second while records are stored, `stored` with each of them.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        note: Callable[[], None] = lambda: None,
        stored: Stored | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._note = note
        self._stored = stored
        self._noted = 0.0
        self.count = PlayCount()
        self.interrupted = False

    def run(self, emissions: Iterable[Emission]) -> None:
        """Until the end or Ctrl-C. Raises BrokerUnreachableError."""
        servers = self._settings.bootstrap_servers
        try:
            asyncio.run(
                play(
                    emissions,
                    servers,
                    self._clock,
                    partitions=self._settings.partitions,
                    acknowledged=self._acknowledged,
                    stored=self._stored,
                )
            )
        except KeyboardInterrupt:
            self.interrupted = True
        except KafkaError as error:
            raise BrokerUnreachableError(f"{servers} did not take the records: {error}") from error

    def _acknowledged(self, count: PlayCount) -> None:
        self.count = count
        if time.monotonic() - self._noted > NOTED_SECONDS:
            self._noted = time.monotonic()
            self._note()


def require_alone(settings: Settings) -> None:
    """Raises FolderBusyError while `hubwatch up` runs: it feeds the site, and two worlds mixed are
    none."""
    for folder in (settings.data_dir, *settings.data_dir.glob("*/")):
        pid = owner_of(folder)
        if pid is not None:
            raise FolderBusyError(
                f"process {pid} runs and feeds the site of {folder}",
                hint="end it with Ctrl-C, or give this another broker and a HUBWATCH_DATA_DIR",
            )


def require_topics(settings: Settings, topics: Iterable[str], *, publisher_stamps: bool) -> None:
    """Raises NotKnownError for a topic that is not there; StampError where the publisher's stamps
    are needed and the broker stamps arrivals itself."""
    names = list(topics)
    with reading(settings.bootstrap_servers) as reader:
        reader.partitions(names)
    if publisher_stamps and not stamped_by_publisher(settings.bootstrap_servers, names):
        raise StampError(f"{names[0]} stamps arrivals by the wall clock, these records are older")
