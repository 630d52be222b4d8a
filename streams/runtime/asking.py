"""How far a broker has been asked: of each fetch, once it is answered, when it was sent.

That is known whether or not anybody takes what was fetched: who waits until all topics have been
asked would otherwise wait for its own queue, and the longer, the fuller that is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any

from aiokafka import AIOKafkaConsumer
from faust.types import TP

Asked = Callable[[int, Iterable[TP]], None]
"""when a fetch was sent, Unix ms, and the partitions that were answered"""
Fetch = Callable[[Any, int, Any], Awaitable[bool]]
"""aiokafka's: asks a node for the partitions of an assignment, takes in what it answers"""


class Questions:
    """`wall_ms` is now, 0 while that is not known; `asked` is told of each question."""

    def __init__(self, wall_ms: Callable[[], int], asked: Asked) -> None:
        self._wall_ms = wall_ms
        self._asked = asked

    async def put(self, fetch: Fetch, assignment: Any, node_id: int, request: Any) -> bool:
        """Fetches. A partition about which the broker told nothing, and an assignment that is over
        by then, have not been answered."""
        partitions = [TP(topic, number) for topic, parts in request.topics for number, *_ in parts]
        before = {tp: _answer(assignment, tp) for tp in partitions}
        # what is said within this millisecond may be said after the question
        sent_ms = self._wall_ms() - 1
        found = await fetch(assignment, node_id, request)
        if sent_ms > 0 and assignment.active:
            self._asked(sent_ms, [tp for tp in partitions if _answer(assignment, tp) != before[tp]])
        return found


def _answer(assignment: Any, tp: TP) -> int:
    """Which answer about a partition was the last, in aiokafka's book; 0 for none."""
    answered_ms: int | None = assignment.state_value(tp).timestamp
    return answered_ms or 0


class AskingConsumer(AIOKafkaConsumer):  # type: ignore[misc]  # untyped
    """Notes its questions; otherwise as aiokafka's."""

    def __init__(self, wall_ms: Callable[[], int], asked: Asked, **settings: Any) -> None:
        super().__init__(**settings)
        self._questions = Questions(wall_ms, asked)

    async def start(self) -> None:
        await super().start()
        fetcher = self._fetcher
        fetch = fetcher._proc_fetch_request  # noqa: SLF001  pinned, as in `streams.runtime.fetch`
        fetcher._proc_fetch_request = partial(self._questions.put, fetch)  # noqa: SLF001  as above
