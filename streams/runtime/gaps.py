"""Offsets that are missing where reading should go on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol, TypeVar

import structlog
from aiokafka.errors import KafkaError
from faust.types import TP

log = structlog.get_logger()


class Read(Protocol):
    @property
    def offset(self) -> int: ...


R = TypeVar("R", bound=Read)


class Gaps:
    """Tells messages that are gone from a batch that was fetched before a seek took effect.

    Fetching goes forward: a batch that begins no later than the one before it answers a seek.
    """

    def __init__(self, seek: Callable[[TP, int], Awaitable[None]]) -> None:
        self._seek = seek
        self._began: dict[TP, int] = {}
        self._sure: set[TP] = set()

    def clear(self) -> None:
        """To be called when reading starts anew, by a seek."""
        self._began.clear()
        self._sure.clear()

    async def continuing(self, tp: TP, batch: Sequence[R], expected: int) -> Sequence[R]:
        """The part of a batch that follows on what was read; `expected` is the next offset.

        When reading starts, a batch that begins later is asked for again: that gives nothing now.
        If the answer too begins later, the messages before it are gone.
        """
        first = batch[0].offset
        if first > max(expected, self._began.get(tp, 0)) and tp not in self._sure:
            self._began[tp] = first
            await self._seek(tp, expected)
            return []
        self._sure.add(tp)
        return batch if first >= expected else [m for m in batch if m.offset >= expected]


class Losses:
    """Tells records that were deleted before they were read from offsets that never were records: a
    transaction leaves one wherever it ends.

    The broker knows, by where its log begins. It is asked now and then, since its answer may take
    as long as a fetch waits, for which no batch should.
    """

    def __init__(self, earliest: Callable[..., Awaitable[Mapping[TP, int]]]) -> None:
        self._earliest = earliest
        self._suspected: list[tuple[TP, int, int]] = []

    def suspect(self, tp: TP, expected: int, first: int) -> None:
        """Nothing was read from `expected` on, up to `first`."""
        self._suspected.append((tp, expected, first))

    async def tell(self) -> None:
        """Logs what of it the broker no longer has; asks again next time when it is away."""
        suspected, self._suspected = self._suspected, []
        if not suspected:
            return
        try:
            starts = await self._earliest(*{tp for tp, _, _ in suspected})
        except BaseException as error:
            self._suspected[:0] = suspected
            if isinstance(error, KafkaError):
                return
            raise
        for tp, expected, first in suspected:
            lost = min(starts[tp], first) - expected
            if lost > 0:
                log.error(
                    "records were deleted before they were read",
                    topic=tp.topic,
                    partition=tp.partition,
                    first_lost=expected,
                    lost=lost,
                )
